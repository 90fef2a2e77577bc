import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The claims, in the order in which they are measured: the quick one first. */
const CLAIMS = [
  'recycling-plan',
  'bake',
  'boot',
  'road',
  'rollout-calls',
  'rollback-seconds',
  'recycling-calls',
  'simulation',
] as const;

// One process each: what one leaves in memory must not slow down the next.
const runClaim = (name: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !CLAIMS.some((claim) => claim === name));
if (unknown === undefined) {
  for (const name of wanted.length === 0 ? CLAIMS : wanted) {
    if ((await runClaim(name)) !== 0) process.exitCode = 1;
  }
} else {
  process.stderr.write(`there is no bench '${unknown}'; there are ${CLAIMS.join(', ')}\n`);
  process.exitCode = 2;
}
