import type { Readable } from 'node:stream';
import type { Operation } from './model.ts';

/** A request before anything of it is understood. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded as sent, without the query; starts with `/`. Never normalised. */
  readonly path: string;
  /** Decoded, in the order sent. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A body: in memory unless the operation takes a stream. */
export type WireBody = Uint8Array | Readable;

/** What goes back. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
  /** The connection breaks after so many bytes of the body; only the fault plan says so. */
  readonly breakAfter?: number;
}

/** The operation that a request asks for. */
export interface Route {
  readonly operation: Operation;
  /** Decoded parts of the path that are members of the input. */
  readonly labels: Readonly<Record<string, string>>;
}

/** An error as it leaves: everything that is common to the protocols. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly fault: 'client' | 'server';
  /** Modelled members besides code and message, by the names of the model. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** One of the wire protocols, bound to a service. */
export interface WireProtocol {
  /** Throws `UnknownOperationError`. `form` is the body where the protocol names the operation in it. */
  route(request: WireRequest, body: Uint8Array | undefined): Route;
  /** True when the operation's body must be handed over as a stream. */
  streams(operation: Operation): boolean;
  read(route: Route, request: WireRequest, body: WireBody): object;
  write(operation: Operation, output: object, requestId: string): WireAnswer;
  writeError(error: WireError, requestId: string): WireAnswer;
}

/** The request names no operation of the service. */
export class UnknownOperationError extends Error {
  override readonly name = 'UnknownOperationError';
}
