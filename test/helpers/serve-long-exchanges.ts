import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';

/** What takes long between a client and a server: answers that wait, uploads, WebSockets. */
export interface LongExchanges {
  /** Answers to `/slow` that have not been given. */
  readonly held: readonly ServerResponse[];
  /** Takes a request to `/slow` or a POST; false for every other one, which the server is to answer. */
  take(incoming: IncomingMessage, response: ServerResponse): boolean;
  /** Breaks the WebSockets, which the server does not know as its connections. */
  breakOff(): void;
}

const digestOf = async (incoming: IncomingMessage): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of incoming) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/**
 * Has a server hold the answers to `/slow`, answer `<name> <SHA-256>` to a POST and echo a WebSocket's messages behind its
 * name.
 */
export const serveLongExchanges = (server: Server, name: string): LongExchanges => {
  const held: ServerResponse[] = [];
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => socket.send(`${name} ${data.toString()}`)),
  );
  return {
    held,
    take: (incoming, response) => {
      if (incoming.method === 'POST')
        digestOf(incoming).then(
          (digest) => response.end(`${name} ${digest}`),
          () => response.destroy(),
        );
      else if (incoming.url === '/slow') held.push(response);
      else return false;
      return true;
    },
    breakOff: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
};
