import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LightGuest } from './light-guest.ts';
import { serveLongExchanges } from './serve-long-exchanges.ts';
import type { LongExchanges } from './serve-long-exchanges.ts';

/** How a machine answers; asked anew for each request. */
export interface LightAnswers {
  /** Share of the requests that are answered 500, spread evenly; health checks are not among them. */
  readonly errorRatio?: number;
  readonly latencyMilliseconds?: number;
  /** Health checks are answered 503. */
  readonly neverHealthy?: boolean;
}

/** The app of a light machine. */
export interface LightServer {
  readonly port: number;
  /** Answers to `/slow` that have not been given. */
  readonly held: LongExchanges['held'];
  /** Takes no new connections, answers what is in flight and closes. */
  close(): Promise<void>;
  /** Breaks every connection, as a machine does that loses its power. */
  breakOff(): void;
}

const HEALTH_PATH = '/health';
/** Longer than a balancer keeps an idle connection, as in the real guest. */
const KEEP_ALIVE_MILLISECONDS = 65_000;

const answer = (
  guest: LightGuest,
  status: number,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const { release, instance, environment, variables } = guest;
  request.resume();
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ release, instance, environment, variables }));
};

const createApp = (
  guest: LightGuest,
  answers: () => LightAnswers,
): { readonly server: Server; readonly long: LongExchanges } => {
  let requests = 0;
  const server = createServer((request, response) => {
    if (long.take(request, response)) return;
    const { errorRatio = 0, latencyMilliseconds = 0, neverHealthy = false } = answers();
    if (request.url === HEALTH_PATH) {
      answer(guest, neverHealthy ? 503 : 200, request, response);
      return;
    }
    const fails = Math.floor((requests + 1) * errorRatio) > Math.floor(requests * errorRatio);
    requests += 1;
    const reply = (): void => answer(guest, fails ? 500 : 200, request, response);
    if (latencyMilliseconds > 0) setTimeout(reply, latencyMilliseconds);
    else reply();
  });
  const long = serveLongExchanges(server, guest.release);
  return { server, long };
};

/** Starts a machine's app on a free port of this host. */
export const startLightServer = async (
  guest: LightGuest,
  answers: () => LightAnswers,
): Promise<LightServer> => {
  const { server, long } = createApp(guest, answers);
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  server.headersTimeout = KEEP_ALIVE_MILLISECONDS + 1000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    held: long.held,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    breakOff: () => {
      server.close();
      server.closeAllConnections();
      long.breakOff();
    },
  };
};
