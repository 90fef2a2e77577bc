import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Knows on which connections an answer is under way. */
export interface OpenAnswers {
  add(response: ServerResponse): void;
  /** Has an answer begun on the connection that is not sent whole? Nothing else may be written there. */
  has(connection: Duplex): boolean;
}

/** Knows nothing yet. */
export const createOpenAnswers = (): OpenAnswers => {
  const byConnection = new WeakMap<Duplex, Set<ServerResponse>>();
  return {
    add: (response) => {
      const { socket } = response.req;
      const open = byConnection.get(socket) ?? new Set();
      byConnection.set(socket, open.add(response));
      response.once('close', () => open.delete(response));
    },
    has: (connection) =>
      [...(byConnection.get(connection) ?? [])].some(
        ({ headersSent, writableFinished }) => headersSent && !writableFinished,
      ),
  };
};
