import { flushCompileCache } from 'node:module';
import { captureOutput } from './capture-output.ts';
import { reportError, RuntimeError } from './error-report.ts';
import { invocationContext } from './invocation-context.ts';
import type { Handler } from './load-handler.ts';
import { loadHandler } from './load-handler.ts';
import type { InvokeMessage, RuntimeMessage, RuntimeStart } from './messages.ts';

const start = JSON.parse(process.argv.pop() ?? '{}') as RuntimeStart;
let requestId: string | undefined;
// The host's business, not the code's.
delete process.env['NODE_COMPILE_CACHE'];

const send = (message: RuntimeMessage, sent: () => void = () => undefined): void => {
  // Not connected: the host is gone, and 'disconnect' ends this process.
  if (process.connected) process.send?.(message, sent);
};

const output = captureOutput(
  (text) => send({ type: 'log', text }),
  () => requestId,
);

const crash = (error: unknown, exitCode: number): void => {
  output.flush();
  send({ type: 'crash', error: reportError(error) }, () => process.exit(exitCode));
};

const stringify = (result: unknown): string => {
  try {
    // `undefined` and functions have no JSON: the invoker gets null.
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    throw new RuntimeError(
      'Runtime.MarshalError',
      `Unable to stringify response body as json: ${String(error)}`,
    );
  }
};

const run = async (handler: Handler, invocation: InvokeMessage): Promise<void> => {
  requestId = invocation.requestId;
  try {
    const result = await handler(JSON.parse(invocation.payload), invocationContext(start, invocation));
    const payload = stringify(result);
    output.flush();
    send({ type: 'result', payload });
  } catch (error) {
    const report = reportError(error);
    output.printError(`Invoke Error\t${JSON.stringify(report)}`);
    output.flush();
    send({ type: 'failure', error: report });
  }
};

const main = async (): Promise<void> => {
  process.on('disconnect', () => process.exit());
  // Exit codes as in https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
  process.on('unhandledRejection', (reason) => {
    const message = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
    crash(new RuntimeError('Runtime.UnhandledPromiseRejection', message), 128);
  });
  process.on('uncaughtException', (error) => crash(error, 129));
  try {
    const handler = await loadHandler(start.taskRoot, start.handler);
    process.on('message', (invocation: InvokeMessage) => void run(handler, invocation));
    send({ type: 'ready' });
  } catch (error) {
    const report = reportError(error);
    output.printError(`Uncaught Exception\t${JSON.stringify(report)}`);
    output.flush();
    send({ type: 'init-error', error: report });
  }
  flushCompileCache();
};

await main();
