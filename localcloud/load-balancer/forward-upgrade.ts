import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { rawErrorAnswer } from './balancer-answers.ts';
import type { Exchange } from './balanced-target.ts';
import type { ForwardSettings } from './exchange.ts';
import { requestHeaders, responseHeaders } from './forwarded-headers.ts';
import { originForm } from './routed-request.ts';
import type { TargetPool } from './target-pool.ts';

const head = (message: IncomingMessage, extra: readonly string[]): string => {
  const lines = [`HTTP/1.1 ${message.statusCode ?? 502} ${message.statusMessage ?? ''}`];
  const fields = [...responseHeaders(message), ...extra];
  for (let index = 0; index + 1 < fields.length; index += 2)
    lines.push(`${fields[index]}: ${fields[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
};

const join = (client: Duplex, target: Duplex, idleMilliseconds: number): void => {
  const end = (): void => {
    client.destroy();
    target.destroy();
  };
  for (const side of [client, target]) {
    side.on('error', end);
    side.once('close', end);
    if (side instanceof Socket) side.setTimeout(idleMilliseconds, end);
  }
  client.pipe(target);
  target.pipe(client);
};

// A socket that nobody reads does not tell that its other side has gone; one that waits for 101 has nothing to say yet.
const noticeDeparture = (socket: Duplex): (() => void) => {
  const look = (): void => {
    if (socket.readableLength === 0) socket.read();
  };
  const leave = (): void => void socket.destroy();
  socket.on('readable', look);
  socket.once('end', leave);
  return () => {
    socket.off('readable', look);
    socket.off('end', leave);
  };
};

/** Passes a WebSocket handshake to a target and joins the two connections; they end together, or when both are idle. */
export const forwardUpgrade = async (
  pool: TargetPool,
  client: IncomingMessage,
  socket: Duplex,
  early: Buffer,
  settings: ForwardSettings,
): Promise<void> => {
  const fail = (status: number): void => {
    pool.counters.balancerAnswer(status);
    socket.end(rawErrorAnswer(status));
  };
  const target = pool.pick();
  if (target === undefined) {
    fail(503);
    return;
  }
  pool.counters.request();
  const stopNoticing = noticeDeparture(socket);
  const address = await target.address();
  if (socket.destroyed) return;
  if (address === undefined) {
    fail(502);
    return;
  }
  const startedAt = performance.now();
  const idleMilliseconds = settings.idleSeconds() * 1_000;
  const upstream = request({
    host: address.host,
    port: address.port,
    method: client.method ?? 'GET',
    path: originForm(client.url ?? '/'),
    headers: [...requestHeaders(client, settings.by), 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    agent: false,
    setHost: false,
    timeout: idleMilliseconds,
  });
  const entry: Exchange = {
    cut: () => {
      upstream.destroy();
      socket.destroy();
    },
  };
  target.exchanges.add(entry);
  socket.once('close', () => {
    target.exchanges.delete(entry);
    upstream.destroy();
  });
  let answered = false;
  upstream.once('timeout', () => upstream.destroy(new Error('idle for too long')));
  upstream.on('error', () => {
    if (answered || socket.destroyed) socket.destroy();
    else fail(502);
  });
  upstream.once('upgrade', (reply, targetSocket, targetEarly) => {
    answered = true;
    stopNoticing();
    pool.counters.targetAnswer(101, performance.now() - startedAt);
    socket.write(head(reply, ['Connection', 'Upgrade', 'Upgrade', reply.headers.upgrade ?? 'websocket']));
    if (targetEarly.length > 0) socket.write(targetEarly);
    if (early.length > 0) targetSocket.write(early);
    join(socket, targetSocket, idleMilliseconds);
  });
  upstream.once('response', (reply) => {
    answered = true;
    pool.counters.targetAnswer(reply.statusCode ?? 0, performance.now() - startedAt);
    socket.write(head(reply, ['Connection', 'close']));
    reply.pipe(socket);
  });
  upstream.end();
};
