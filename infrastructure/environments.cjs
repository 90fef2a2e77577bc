// osls takes computed values from CommonJS only; the template's part is written in TypeScript.
const { join } = require('node:path');
const { environmentsTemplate } = require('../cli/deploy/environments-template.ts');
const { loadEnvironments } = require('../pipeline/environments/load-environments.ts');

const path = process.env.KILN_ENVIRONMENTS ?? join(__dirname, '../environments.yml');

module.exports = environmentsTemplate(loadEnvironments(path));
