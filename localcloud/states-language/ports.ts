import type { Json } from './json.ts';
import type { TaskResource } from './task-resource.ts';

/** Time, as the interpreter needs it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  delay(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Randomness, as the interpreter needs it. */
export interface Random {
  hex(digits: number): string;
  uuid(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** A call that a Task state makes. */
export interface TaskCall {
  readonly resource: TaskResource;
  readonly arguments: Json;
  readonly stateName: string;
  /** Role to take on instead of the state machine's own. */
  readonly roleArn?: string;
  /** The same again when the call is repeated after a crash; another for each retry. */
  readonly idempotencyKey: string;
  /** Milliseconds since the epoch; the same again when the call is repeated after a crash. */
  readonly scheduledAt: number;
  /** The task's token, for `.waitForTaskToken`. */
  readonly token?: string;
  readonly signal: AbortSignal;
}

/** Makes the calls of Task states; a rejection with `StatesFailure` fails the task. */
export interface TaskRunner {
  /** Makes the request and gives its answer. */
  request(call: TaskCall): Promise<Json>;
  /** For `.sync` resources: waits until the job that `submitted` describes has ended and gives its result. */
  completion(call: TaskCall, submitted: Json): Promise<Json>;
}

/** How a task token was answered. */
export type CallbackAnswer =
  { readonly output: Json } | { readonly error: string | undefined; readonly cause: string | undefined };

/** Task tokens that the outside answers. */
export interface Callbacks {
  /** Makes the token known; durable. Repeating it changes nothing. */
  open(token: string): void;
  /** Resolves when the token is answered. */
  answer(token: string, signal: AbortSignal): Promise<CallbackAnswer>;
  /** Milliseconds since the epoch of the last heartbeat, if there was one. */
  lastHeartbeat(token: string): number | undefined;
  /** No answer is accepted any more. */
  close(token: string): void;
}
