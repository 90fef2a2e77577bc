import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lockState } from '#localcloud/state-lock';

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'state-lock-'));
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const modulePath = join(import.meta.dirname, '../../../localcloud/state-lock.ts');

/** Another process that takes the lock and keeps it. */
const lockElsewhere = async () => {
  const program = `const { lockState } = await import(${JSON.stringify(modulePath)});
    lockState(${JSON.stringify(stateDir)}); console.log('locked'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return child;
};

describe('lockState', () => {
  test('refuses a second owner in the same process and names it', () => {
    const unlock = lockState(stateDir);
    expect(() => lockState(stateDir)).toThrow(
      `the state folder '${stateDir}' is in use by the local cloud with process id ${process.pid}`,
    );
    unlock();
  });

  test('lets the next one in after it was given back', () => {
    lockState(stateDir)();
    const unlock = lockState(stateDir);
    unlock();
  });

  test('refuses the folder of a living process, and takes it over when that was killed', async () => {
    const child = await lockElsewhere();
    expect(() => lockState(stateDir)).toThrow(`process id ${child.pid}`);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    lockState(stateDir)();
  });
});
