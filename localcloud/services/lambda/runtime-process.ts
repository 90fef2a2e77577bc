import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../clock.ts';
import type { InvokeMessage, RuntimeMessage, RuntimeStart } from '../../lambda-runtime/messages.ts';

/** What a runtime process is started with, besides what its code is told. */
export interface RuntimeProcessOptions {
  readonly start: RuntimeStart;
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of V8's compile cache, shared by all runtimes: halves the start of Node.js and our own modules. */
  readonly compileCache: string;
  /** Limit of resident memory in MiB, as on AWS: heap, buffers and Node.js itself. */
  readonly memoryMB: number;
  readonly clock: Clock;
  /** Gets each event that the code prints. */
  readonly onLog: (text: string) => void;
  /** The process ended, for whatever reason. */
  readonly onExit: () => void;
}

/** What happened next in a runtime process. */
export type RuntimeEvent =
  | Exclude<RuntimeMessage, { readonly type: 'log' }>
  | { readonly type: 'timed-out' }
  | { readonly type: 'exited'; readonly code: number | null; readonly signal: string | null };

/** A process that runs one function's code, one invocation at a time. */
export interface RuntimeProcess {
  /** Resolves once the code is loaded, or with what went wrong. */
  loaded(timeoutMilliseconds: number): Promise<RuntimeEvent>;
  invoke(message: InvokeMessage, timeoutMilliseconds: number): Promise<RuntimeEvent>;
  /** Largest resident memory seen, in MiB. */
  peakMB(): number;
  terminate(): Promise<void>;
}

const bootstrap = fileURLToPath(new URL('../../lambda-runtime/bootstrap.ts', import.meta.url));
const memoryPollMilliseconds = 50;
const pageBytes = 4096;

// The kernel ends the runtime with this process, also after kill -9; without setpriv it ends itself once it is idle.
const setpriv = '/usr/bin/setpriv';

const spawnRuntime = ({
  start,
  environment,
  compileCache,
  memoryMB,
}: RuntimeProcessOptions): ChildProcess => {
  // As Lambda starts Node.js: 90 % of the memory for the old and 5 % for the young generation, here at most V8's default.
  const flags = [
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${Math.floor(memoryMB * 0.9)}`,
    `--max-semi-space-size=${Math.min(16, Math.floor(memoryMB * 0.05))}`,
  ];
  const runtime = [...flags, bootstrap, JSON.stringify(start)];
  const [command, args] = existsSync(setpriv)
    ? [setpriv, ['--pdeathsig', 'KILL', '--', process.execPath, ...runtime]]
    : [process.execPath, runtime];
  return spawn(command, args, {
    cwd: start.taskRoot,
    env: { ...environment, NODE_COMPILE_CACHE: compileCache },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A Ctrl-C in the terminal is for this process alone: it stops the runtimes in order.
    detached: true,
  });
};

const residentMB = (pid: number): number => {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return (pages * pageBytes) / 2 ** 20;
  } catch {
    return 0;
  }
};

const forwardLines = (child: ChildProcess, onLog: (text: string) => void): void => {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', onLog);
  }
};

/** Starts a runtime process. */
export const startRuntimeProcess = (options: RuntimeProcessOptions): RuntimeProcess => {
  const { clock, memoryMB } = options;
  const child = spawnRuntime(options);
  const exited = Promise.withResolvers<void>();
  let peak = 0;
  let over: RuntimeEvent | undefined;
  let settle: ((event: RuntimeEvent) => void) | undefined;

  const happened = (event: RuntimeEvent): void => {
    const waiting = settle;
    settle = undefined;
    waiting?.(event);
  };
  const end = (event: RuntimeEvent): void => {
    over ??= event;
    happened(over);
  };
  const watchMemory = (): void => {
    const used = child.pid === undefined ? 0 : residentMB(child.pid);
    peak = Math.max(peak, used);
    if (used > memoryMB) child.kill('SIGKILL');
  };

  forwardLines(child, options.onLog);
  child.on('message', (message: RuntimeMessage) => {
    if (message.type === 'log') options.onLog(message.text);
    else if (message.type === 'crash') end(message);
    else happened(message);
  });
  child.on('error', () => end({ type: 'exited', code: 1, signal: null }));
  child.on('close', (code, signal) => {
    end({ type: 'exited', code, signal });
    options.onExit();
    exited.resolve();
  });

  const next = async (timeoutMilliseconds: number): Promise<RuntimeEvent> => {
    if (over !== undefined) return over;
    const { promise, resolve } = Promise.withResolvers<RuntimeEvent>();
    settle = resolve;
    const answered = new AbortController();
    void clock.delay(timeoutMilliseconds, answered.signal).then(
      () => happened({ type: 'timed-out' }),
      () => undefined,
    );
    const watch = setInterval(watchMemory, memoryPollMilliseconds);
    try {
      return await promise;
    } finally {
      clearInterval(watch);
      watchMemory();
      answered.abort();
    }
  };

  return {
    loaded: next,
    invoke: (message, timeoutMilliseconds) => {
      const event = next(timeoutMilliseconds);
      // A process that is gone already says so with its exit.
      if (child.connected) child.send(message, () => undefined);
      return event;
    },
    peakMB: () => Math.ceil(peak),
    terminate: async () => {
      child.kill('SIGKILL');
      await exited.promise;
    },
  };
};
