import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootCredentials } from '#localcloud/root-credentials';

/** A local cloud in a process that can be killed and started again. */
export interface KillableCloud {
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Lines that its functions have logged, over all its lives. */
  log(): string[];
  /** `kill -9`, then a new process on the same state; its port may be another. */
  killAndRestart(): Promise<void>;
  end(): Promise<void>;
}

/** What a killable cloud is started with. */
export interface KillableCloudOptions {
  /** File of the fixtures; Step Functions and EventBridge unless told. */
  readonly fixture?: string;
  /** Environment variables beside this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** How many files and connections the process may have open; as many as this one unless told. */
  readonly openFiles?: number;
}

/** Starts the process. */
export const startKillableCloud = async (options: KillableCloudOptions = {}): Promise<KillableCloud> => {
  const { fixture = 'states-process', openFiles } = options;
  const limited =
    openFiles === undefined
      ? { execArgv: [] }
      : {
          execPath: '/bin/sh',
          execArgv: ['-c', `ulimit -n ${openFiles} && exec "$0" "$@"`, process.execPath],
        };
  const script = fileURLToPath(new URL(`../fixtures/${fixture}.ts`, import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'killable-cloud-'));
  const logFile = join(folder, 'invocations.log');
  let child: ChildProcess;
  let endpoint = '';

  const start = async (): Promise<void> => {
    child = fork(script, [join(folder, 'state'), logFile], {
      ...limited,
      env: { ...process.env, NODE_OPTIONS: '', ...options.env },
    });
    const [message] = (await once(child, 'message')) as [{ endpoint: string }];
    endpoint = message.endpoint;
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  await start();
  return {
    get clientConfig() {
      return { endpoint, region: 'eu-central-1', credentials: rootCredentials };
    },
    log: () => {
      try {
        return readFileSync(logFile, 'utf8').split('\n').filter(Boolean);
      } catch {
        return [];
      }
    },
    killAndRestart: async () => {
      await kill();
      await start();
    },
    end: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
