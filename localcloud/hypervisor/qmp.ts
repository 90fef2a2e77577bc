import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';

/** An event of QEMU, for example `SHUTDOWN`. */
export interface QmpEvent {
  readonly event: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A connection to a QEMU process over its machine protocol, ready for commands. */
export interface Qmp {
  execute(command: string, commandArguments?: object): Promise<unknown>;
  /** Runs a command of the human monitor and resolves with its text. */
  human(commandLine: string): Promise<string>;
}

/** QEMU refused a command, went away before it answered, or did not answer in time. */
export class QmpError extends Error {
  override readonly name = 'QmpError';
}

/** How long QEMU has to speak, in milliseconds. */
export interface QmpPatience {
  readonly greeting: number;
  readonly answer: number;
}

// A healthy QEMU answers in milliseconds and greets in less than a second; a busy host makes it twenty times slower.
const PATIENCE: QmpPatience = { greeting: 60_000, answer: 15_000 };

interface QmpMessage {
  readonly QMP?: object;
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Waiting {
  readonly command: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Speaks QMP over `stream`; resolves when QEMU has greeted us and accepts commands. A process that hangs makes every command
 * fail with a `QmpError` in the end; an answer that comes later is dropped.
 */
export const connectQmp = async (
  stream: Duplex,
  onEvent: (event: QmpEvent) => void,
  patience: QmpPatience = PATIENCE,
): Promise<Qmp> => {
  const waiting = new Map<number, Waiting>();
  const greeting = Promise.withResolvers<void>();
  let nextId = 1;
  let closed = false;

  const close = (): void => {
    closed = true;
    greeting.reject(new QmpError('qemu went away before it greeted us'));
    for (const { command, timer, reject } of waiting.values()) {
      clearTimeout(timer);
      reject(new QmpError(`qemu went away before it answered '${command}'`));
    }
    waiting.clear();
  };

  const receive = (message: QmpMessage): void => {
    if (message.QMP !== undefined) greeting.resolve();
    if (message.event !== undefined) {
      onEvent({ event: message.event, ...(message.data === undefined ? {} : { data: message.data }) });
    }
    const request = message.id === undefined ? undefined : waiting.get(message.id);
    if (request === undefined || message.id === undefined) return;
    waiting.delete(message.id);
    clearTimeout(request.timer);
    if (message.error === undefined) request.resolve(message.return);
    else request.reject(new QmpError(`qemu refused '${request.command}': ${message.error.desc}`));
  };

  const execute = (command: string, commandArguments: object = {}): Promise<unknown> => {
    if (closed) return Promise.reject(new QmpError(`qemu is gone, '${command}' cannot be sent`));
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => {
      waiting.delete(id);
      reject(new QmpError(`qemu did not answer '${command}' within ${patience.answer} ms`));
    }, patience.answer);
    waiting.set(id, { command, timer, resolve, reject });
    stream.write(`${JSON.stringify({ execute: command, arguments: commandArguments, id })}\n`);
    return promise;
  };

  stream.on('error', close);
  stream.on('close', close);
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => receive(JSON.parse(line) as QmpMessage));
  lines.on('error', close);
  lines.on('close', close);

  const late = setTimeout(
    () => greeting.reject(new QmpError(`qemu did not greet us within ${patience.greeting} ms`)),
    patience.greeting,
  );
  await greeting.promise.finally(() => clearTimeout(late));
  await execute('qmp_capabilities');
  return {
    execute,
    human: async (commandLine) => {
      const text = await execute('human-monitor-command', { 'command-line': commandLine });
      return String(text);
    },
  };
};
