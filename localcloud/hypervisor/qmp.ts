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

/** QEMU refused a command, or went away before it answered. */
export class QmpError extends Error {
  override readonly name = 'QmpError';
}

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
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Speaks QMP over `stream`; resolves when QEMU has greeted us and accepts commands. */
export const connectQmp = async (stream: Duplex, onEvent: (event: QmpEvent) => void): Promise<Qmp> => {
  const waiting = new Map<number, Waiting>();
  const greeting = Promise.withResolvers<void>();
  let nextId = 1;
  let closed = false;

  const close = (): void => {
    closed = true;
    greeting.reject(new QmpError('qemu went away before it greeted us'));
    for (const { command, reject } of waiting.values()) {
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
    if (message.error === undefined) request.resolve(message.return);
    else request.reject(new QmpError(`qemu refused '${request.command}': ${message.error.desc}`));
  };

  const execute = (command: string, commandArguments: object = {}): Promise<unknown> => {
    if (closed) return Promise.reject(new QmpError(`qemu is gone, '${command}' cannot be sent`));
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { command, resolve, reject });
    stream.write(`${JSON.stringify({ execute: command, arguments: commandArguments, id })}\n`);
    return promise;
  };

  stream.on('error', close);
  stream.on('close', close);
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => receive(JSON.parse(line) as QmpMessage));
  lines.on('error', close);
  lines.on('close', close);

  await greeting.promise;
  await execute('qmp_capabilities');
  return {
    execute,
    human: async (commandLine) => {
      const text = await execute('human-monitor-command', { 'command-line': commandLine });
      return String(text);
    },
  };
};
