import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PendingContext } from '../create-context.ts';
import { faultsRoute } from '../faults/faults-route.ts';
import { ConnectionLostError } from '../faults/perform-call.ts';
import { sendAnswer } from './answer.ts';
import { createEndpoints, handleCall } from './call.ts';
import { readWireRequest } from './request.ts';
import type { WireAnswer } from '../protocols/wire.ts';
import type { HttpRoute, Service } from '../service.ts';

/** The HTTP front of the local cloud. */
export interface Gateway {
  readonly port: number;
  /** Tells calls that still run to end, and closes all connections. */
  stop(): Promise<void>;
}

// Longer than clients keep idle connections, so that it is never us who closes one just as a request comes in.
const keepAliveMs = 75_000;
const graceMs = 1000;

const listen = async (server: Server, port: number): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
};

const healthRoute = (running: readonly Service[]): HttpRoute => ({
  prefix: '/_local/health',
  handle: (_message, response) => {
    const services = running.map(({ facts }) => facts.name);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'running', pid: process.pid, services }));
  },
});

const badRequest = (error: unknown): WireAnswer => ({
  status: 400,
  headers: { 'content-type': 'text/plain' },
  body: error instanceof Error ? error.message : 'bad request',
});

const createHandler = (pending: PendingContext, calls: Set<AbortController>) => {
  const { context } = pending;
  const services = [...pending.services.values()];
  const endpoints = services.flatMap(createEndpoints);
  const routes = [
    healthRoute(services),
    faultsRoute(context.faults),
    ...services.flatMap(({ httpRoutes }) => httpRoutes ?? []),
  ] satisfies HttpRoute[];

  const answerCall = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = context.random.uuid();
    const call = new AbortController();
    calls.add(call);
    response.once('close', () => {
      calls.delete(call);
      if (!response.writableFinished) call.abort();
    });
    const { signal } = call;
    let answer: WireAnswer;
    try {
      const request = readWireRequest(message);
      answer = await handleCall(pending, endpoints, { message, request, requestId, signal });
    } catch (error) {
      if (error instanceof ConnectionLostError) return void message.socket.resetAndDestroy();
      answer = badRequest(error);
    }
    await sendAnswer(response, answer, requestId, message.method === 'HEAD');
  };

  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const route = message.url?.startsWith('/_')
        ? routes.find(({ prefix }) => message.url?.startsWith(prefix))
        : undefined;
      await (route === undefined ? answerCall(message, response) : route.handle(message, response));
    } catch (error) {
      // The answer has begun, or cannot be written: all that is left is to break the connection off.
      context.log('warn', 'an answer broke off', { url: message.url, error: String(error) });
      response.destroy();
    }
  };
};

/** Listens on 127.0.0.1; `port` 0 takes a free one. */
export const startGateway = async (pending: PendingContext, port: number): Promise<Gateway> => {
  const calls = new Set<AbortController>();
  const handle = createHandler(pending, calls);
  const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: 0 }, (message, response) => {
    void handle(message, response);
  });
  return {
    port: await listen(server, port),
    stop: async () => {
      for (const call of calls) call.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const forced = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(forced);
    },
  };
};
