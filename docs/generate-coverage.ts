import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { systemClock } from '#localcloud/clock';
import { createContext } from '#localcloud/create-context';
import { readModel } from '#localcloud/protocols/model';
import { createRandom } from '#localcloud/random';
import type { Service } from '#localcloud/service';
import { defaultServices } from '#localcloud/services';
import { openStore } from '#localcloud/store';

const path = join(import.meta.dirname, 'local-cloud-coverage.md');

const introduction = `# What the local cloud implements

Generated from the operation tables by \`npm run docs\`; do not edit. An operation that is not named here answers
\`501 NotImplemented\` with its name. All operations of all services are read and written on the wire; what is listed are
those that do something.
`;

const createServices = (stateDir: string): Service[] => {
  const store = openStore(stateDir);
  const pending = createContext({
    stateDir,
    store,
    region: 'eu-central-1',
    clock: systemClock,
    random: createRandom(),
    log: () => undefined,
    enforcePermissions: true,
  });
  for (const create of defaultServices) pending.addService(create(pending.context));
  store.close();
  return [...pending.services.values()];
};

const byName = (a: string, b: string): number => a.localeCompare(b, 'en');

const protocolsOf = ({ protocol, otherProtocols = [] }: Service['facts']): string =>
  [protocol, ...otherProtocols].join(', ');

const section = ({ facts, module, operations }: Service): string => {
  const all = [...readModel(module).operations.keys()];
  const implemented = Object.keys(operations).toSorted(byName);
  const unknown = implemented.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(`${facts.name} has operations that AWS does not: ${unknown.join(', ')}`);
  const names = implemented.map((name) => `\`${name}\``).join(' · ');
  return `\n## ${facts.name} (${protocolsOf(facts)}): ${implemented.length} of ${all.length}\n\n${names}\n`;
};

const summary = (services: readonly Service[]): string => {
  const rows = services.map(
    ({ facts, module, operations }) =>
      `| ${facts.name} | ${protocolsOf(facts)} | ${Object.keys(operations).length} | ${readModel(module).operations.size} |`,
  );
  return `\n| service | protocol | implemented | in AWS |\n| --- | --- | --: | --: |\n${rows.join('\n')}\n`;
};

const generate = (): string => {
  const stateDir = mkdtempSync(join(tmpdir(), 'coverage-'));
  try {
    const services = createServices(stateDir).toSorted((a, b) => byName(a.facts.name, b.facts.name));
    return introduction + summary(services) + services.map(section).join('');
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
};

const coverage = await format(generate(), { ...(await resolveConfig(path)), parser: 'markdown' });
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== coverage) {
    process.stderr.write('docs/local-cloud-coverage.md is out of date: run npm run docs\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, coverage);
}
