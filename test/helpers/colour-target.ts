import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { portOf, serve } from '#test/unit/localcloud/load-balancer/balancer-under-test';

/** A light target that says which colour it is. */
export interface ColourTarget {
  readonly port: number;
  /** Answers to `/slow` that have not been given. */
  readonly held: ServerResponse[];
  /** Answers to `/events` and `/chunks`, begun with `<colour> 0` and not ended. */
  readonly open: ServerResponse[];
  /** Ends it at once, as a terminated machine does. */
  terminate(): void;
}

const digestOf = async (incoming: IncomingMessage): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of incoming) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/**
 * Starts a target that answers its colour, `{"release": <colour>}` at `/release`, `<colour> <SHA-256>` to a POST, and echoes a
 * WebSocket's messages behind its colour. It ends with `cleanUpBalancers`.
 */
export const startColourTarget = async (colour: string): Promise<ColourTarget> => {
  const held: ServerResponse[] = [];
  const open: ServerResponse[] = [];
  const release = JSON.stringify({ release: colour });
  const server = await serve((incoming, response) => {
    const { method, url } = incoming;
    if (method === 'POST')
      digestOf(incoming).then(
        (digest) => response.end(`${colour} ${digest}`),
        () => response.destroy(),
      );
    else if (url === '/slow') held.push(response);
    else if (url === '/events' || url === '/chunks') {
      response.setHeader('Content-Type', url === '/events' ? 'text/event-stream' : 'text/plain');
      response.write(`${colour} 0\n\n`);
      open.push(response);
    } else response.end(url === '/release' ? release : colour);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => socket.send(`${colour} ${data.toString()}`)),
  );
  return {
    port: portOf(server),
    held,
    open,
    terminate: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
