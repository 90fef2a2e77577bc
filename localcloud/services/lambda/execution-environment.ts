import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudContext } from '../../cloud-context.ts';
import type { ErrorReport } from '../../lambda-runtime/messages.ts';
import type { CodeStore } from './code-store.ts';
import { logStreamName, openLogStream } from './log-stream.ts';
import type { InvocationTarget } from './model.ts';
import { logTail } from './log-tail.ts';
import type { RuntimeEvent } from './runtime-process.ts';
import { startRuntimeProcess } from './runtime-process.ts';
import { runtimeEnvironment } from './runtime-environment.ts';

/** One invocation. */
export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** The function's ARN as the invoker named it. */
  readonly invokedArn: string;
  /** JSON. */
  readonly clientContext?: string;
}

/** How an invocation ended; `error` is the function's fault. */
export interface InvocationOutcome {
  /** JSON: the result, or the error report. */
  readonly payload: string;
  readonly error?: ErrorReport;
  /** The last 4 KiB of what was logged. */
  readonly tail: string;
}

/** A process with the code loaded, its log stream and its own temporary folder. */
export interface ExecutionEnvironment {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** False once the process ended or must not be used again. */
  usable(): boolean;
  run(invocation: Invocation): Promise<InvocationOutcome>;
  dispose(): Promise<void>;
}

/** What execution environments share. */
export interface EnvironmentDeps {
  readonly context: CloudContext;
  readonly code: CodeStore;
  /** Folder for temporary folders and the compile cache. */
  readonly folder: string;
}

// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: the init phase is limited to 10 seconds.
const initMilliseconds = 10_000;

const exitError = (requestId: string, reason: string): ErrorReport => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: ${reason}`,
});

const exitReason = (code: number | null, signal: string | null): string => {
  if (signal === 'SIGKILL') return 'Runtime exited with error: signal: killed';
  if (signal === 'SIGABRT') return 'Runtime exited with error: signal: aborted';
  if (signal !== null) return `Runtime exited with error: signal: ${signal}`;
  return code === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${code}`;
};

const failureOf = (event: RuntimeEvent, requestId: string, limitSeconds: number): ErrorReport | undefined => {
  switch (event.type) {
    case 'ready':
    case 'result':
      return undefined;
    case 'failure':
    case 'init-error':
    case 'crash':
      return event.error;
    case 'timed-out':
      return {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${requestId} Error: Task timed out after ${limitSeconds.toFixed(2)} seconds`,
      };
    case 'exited':
      return exitError(requestId, exitReason(event.code, event.signal));
  }
};

/** Starts an execution environment; its code loads with the first invocation. */
export const startExecutionEnvironment = async (
  deps: EnvironmentDeps,
  target: InvocationTarget,
): Promise<ExecutionEnvironment> => {
  const { context } = deps;
  const { settings, name, version } = target;
  const startedAt = context.clock.now();
  const temporary = join(deps.folder, 'tmp', context.random.hex(16));
  await mkdir(temporary, { recursive: true });
  const taskRoot = await deps.code.taskRoot(target.code.sha256);
  const group = settings.logging.LogGroup ?? `/aws/lambda/${name}`;
  const log = openLogStream(context, group, logStreamName(context, version));
  let tail = logTail();
  const print = (text: string): void => {
    tail.add(text);
    log.write(text);
  };
  let usable = true;
  let loaded = false;
  const runtime = startRuntimeProcess({
    start: {
      taskRoot,
      handler: settings.handler,
      functionName: name,
      functionVersion: version,
      memoryLimitInMB: String(settings.memoryMB),
      logGroupName: group,
      logStreamName: log.stream,
    },
    environment: runtimeEnvironment(context, target, { taskRoot, temporary }, log),
    compileCache: join(deps.folder, 'compile-cache'),
    memoryMB: settings.memoryMB,
    clock: context.clock,
    onLog: print,
    onExit: () => {
      usable = false;
    },
  });

  const load = async (): Promise<RuntimeEvent> => {
    if (loaded) return { type: 'ready' };
    const limit = Math.max(initMilliseconds, settings.timeoutSeconds * 1000);
    const event = await runtime.loaded(limit);
    loaded = event.type === 'ready';
    return event;
  };

  const execute = async ({
    requestId,
    payload,
    invokedArn,
    clientContext,
  }: Invocation): Promise<RuntimeEvent> => {
    const event = await load();
    if (event.type !== 'ready') return event;
    const limit = settings.timeoutSeconds * 1000;
    return runtime.invoke(
      {
        type: 'invoke',
        requestId,
        payload,
        deadline: Date.now() + limit,
        invokedFunctionArn: invokedArn,
        ...(clientContext === undefined ? {} : { clientContext }),
      },
      limit,
    );
  };

  return {
    startedAt,
    usable: () => usable,
    run: async (invocation) => {
      const { requestId } = invocation;
      tail = logTail();
      print(`START RequestId: ${requestId} Version: ${version}`);
      const began = performance.now();
      const event = await execute(invocation);
      const milliseconds = performance.now() - began;
      const error = failureOf(event, requestId, settings.timeoutSeconds);
      // A handler's own failure leaves the environment usable; everything else does not.
      usable &&= event.type === 'result' || event.type === 'failure';
      if (error !== undefined && error.errorType.startsWith('Sandbox.')) {
        print(
          `${new Date().toISOString()} ${requestId} Task timed out after ${settings.timeoutSeconds.toFixed(2)} seconds`,
        );
      }
      print(`END RequestId: ${requestId}`);
      print(
        `REPORT RequestId: ${requestId}\tDuration: ${milliseconds.toFixed(2)} ms\tBilled Duration: ${Math.ceil(milliseconds)} ms\tMemory Size: ${settings.memoryMB} MB\tMax Memory Used: ${Math.min(runtime.peakMB(), settings.memoryMB)} MB\t`,
      );
      await log.flush();
      const payload = event.type === 'result' ? event.payload : JSON.stringify(error);
      return { payload, ...(error === undefined ? {} : { error }), tail: tail.text() };
    },
    dispose: async () => {
      usable = false;
      await runtime.terminate();
      await log.flush();
      await rm(temporary, { recursive: true, force: true });
    },
  };
};
