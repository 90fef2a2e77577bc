import { InvokeCommand } from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootCredentials } from '#localcloud/root-credentials';
import { poll } from '#test/helpers/poll';
import { lambdaUser } from './lambda-client.ts';

const script = (stateDir: string): string => `
  import { startLocalCloud } from '#localcloud/cloud';
  const cloud = await startLocalCloud({ stateDir: ${JSON.stringify(stateDir)}, port: 0 });
  process.send(cloud.endpointUrl);`;

const startProcess = async (stateDir: string): Promise<{ child: ChildProcess; endpoint: string }> => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script(stateDir)], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [endpoint] = (await once(child, 'message')) as [string];
  return { child, endpoint };
};

const kill = async (child: ChildProcess): Promise<void> => {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

const isAlive = (pid: number): boolean => {
  try {
    // A process that ended and was not yet waited for is a zombie: it runs no more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('kill -9 ends the functions that run, and a queued event runs again at the next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-lambda-'));
  const pids = (): number[] => {
    try {
      return readFileSync(join(folder, 'pids'), 'utf8').split('\n').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  };
  const started = (count: number): Promise<true> =>
    poll(
      () => pids().length >= count || undefined,
      10_000,
      () => `started: ${pids().join()}`,
    );
  const first = await startProcess(join(folder, 'state'));
  const user = await lambdaUser({
    endpoint: first.endpoint,
    region: 'eu-central-1',
    credentials: rootCredentials,
    maxAttempts: 1,
    disableHostPrefix: true,
  });
  const FunctionName = await user.create(
    `import { appendFileSync } from 'node:fs';
     export const handler = async () => { appendFileSync('${folder}/pids', process.pid + '\\n'); for (;;); };`,
    { Timeout: 60 },
  );
  await user.client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event' }));
  await started(1);
  const [running = 0] = pids();
  expect(isAlive(running)).toBe(true);
  await kill(first.child);
  await poll(
    () => !isAlive(running) || undefined,
    5000,
    () => `process ${running} lives on`,
  );

  const second = await startProcess(join(folder, 'state'));
  await started(2);
  await kill(second.child);
  await poll(
    () => !pids().some(isAlive) || undefined,
    5000,
    () => 'a function lives on',
  );
  rmSync(folder, { recursive: true, force: true });
}, 30_000);
