#!/usr/bin/env node
// Starts the CLI on the Node 24 that came with the npm packages, whatever Node runs this file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const node24 = join(here, '../node_modules/.bin/node');
if (!existsSync(node24)) {
  process.stderr.write('error: Kiln is not set up in this folder\ntry: npm start\n');
  process.exit(1);
}
const child = spawn(node24, [join(here, 'kiln.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal sends Ctrl-C to both, which the CLI takes for one; what only reaches us is passed on.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
