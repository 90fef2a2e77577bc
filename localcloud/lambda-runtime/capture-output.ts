import { format } from 'node:util';

type Emit = (text: string) => void;

// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html: time, request id, level and message, tab-separated.
const levels = {
  log: 'INFO',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  debug: 'DEBUG',
  trace: 'TRACE',
} as const;

const captureStream = (stream: NodeJS.WriteStream, emit: Emit): (() => void) => {
  let rest = '';
  const flush = (): void => {
    if (rest !== '') emit(rest);
    rest = '';
  };
  const write = (chunk: Uint8Array | string, encoding?: unknown, done?: unknown): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) emit(line);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') queueMicrotask(() => void callback());
    return true;
  };
  stream.write = write;
  return flush;
};

/** The captured output of the code. */
export interface CapturedOutput {
  /** Reports an error of the code as Lambda's runtime does. */
  printError(text: string): void;
  /** Sends an unfinished last line. */
  flush(): void;
}

/**
 * Sends everything that the code prints to `emit`, a text per event of the log stream: a console call is one event, a
 * line written to stdout or stderr is one event.
 */
export const captureOutput = (emit: Emit, requestId: () => string | undefined): CapturedOutput => {
  const flushes = [captureStream(process.stdout, emit), captureStream(process.stderr, emit)];
  const print = (level: string, text: string): void =>
    emit([new Date().toISOString(), requestId() ?? 'undefined', level, text].join('\t'));
  for (const [method, level] of Object.entries(levels)) {
    Object.assign(console, { [method]: (...values: unknown[]) => print(level, format(...values)) });
  }
  return {
    printError: (text) => print('ERROR', text),
    flush: () => {
      for (const flush of flushes) flush();
    },
  };
};
