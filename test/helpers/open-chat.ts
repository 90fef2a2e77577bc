import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import { WebSocket } from 'ws';

/** An open WebSocket and what came over it. */
export interface Chat {
  readonly replies: readonly string[];
  send(message: string): void;
  closed(): boolean;
  end(): void;
}

/** Opens a WebSocket on a port of this host. */
export const openChat = async (port: number): Promise<Chat> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const replies: string[] = [];
  let closed = false;
  socket.on('message', (data: Buffer) => replies.push(data.toString()));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  await eventually(() => socket.readyState === WebSocket.OPEN);
  return {
    replies,
    send: (message) => socket.send(message),
    closed: () => closed,
    end: () => socket.terminate(),
  };
};
