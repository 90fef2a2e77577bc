import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Keeps a server's connections at `limit`: one more closes the one that has waited longest without a request under way, or
 * itself when all are busy. So a flood of idle connections or slow headers costs only its own.
 */
export const limitConnections = (server: Server, limit: number): void => {
  // In the order in which they began to wait.
  const waiting = new Set<Duplex>();
  let open = 0;
  const serve = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    waiting.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) waiting.add(socket);
    });
  };
  server.on('connection', (socket) => {
    open += 1;
    waiting.add(socket);
    socket.once('close', () => {
      open -= 1;
      waiting.delete(socket);
    });
    if (open <= limit) return;
    const [longest = socket] = waiting;
    waiting.delete(longest);
    longest.destroy();
  });
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('upgrade', ({ socket }) => waiting.delete(socket));
};
