import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerError, answerFixed, answerRedirect, rawErrorAnswer } from './balancer-answers.ts';
import type { ForwardSettings } from './exchange.ts';
import { forwardRequest } from './forward-request.ts';
import { forwardUpgrade } from './forward-upgrade.ts';
import { routedRequest } from './routed-request.ts';
import type { Route } from './routing-rules.ts';

/** An open port of a load balancer. */
export interface Listener {
  /** Replaces the rules; requests under way keep the decision that was made for them. */
  use(route: Route): void;
  /** Stops accepting, gives requests under way a second, then closes every connection. */
  close(): Promise<void>;
}

// User Guide, "Quotas": 64 K for all header lines of a request.
const REQUEST_HEADER_BYTES = 65_536;

// Against clients that open connections and never finish a request header; idle_timeout's default.
const HEADER_MILLISECONDS = 60_000;

const MAX_CONNECTIONS = 20_000;

const CLOSE_MILLISECONDS = 1_000;

// The parser lets repeated Host lines through and shows only the first: what the target sees could differ from what was routed.
const isAmbiguous = (request: IncomingMessage): boolean => (request.headersDistinct['host'] ?? []).length > 1;

const answer = async (
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  settings: ForwardSettings,
): Promise<void> => {
  if (isAmbiguous(request)) {
    response.shouldKeepAlive = false;
    answerError(response, 400);
    return;
  }
  if (request.method === 'TRACE') {
    answerError(response, 405);
    return;
  }
  const routed = routedRequest(request);
  const decision = route(routed);
  if (decision?.kind === 'fixed-response') answerFixed(response, decision.config);
  else if (decision?.kind === 'redirect')
    answerRedirect(response, decision.config, routed, settings.by.listenerPort);
  else if (decision?.pool === undefined) answerError(response, 503);
  else await forwardRequest(decision.pool, request, response, settings);
};

const answerUpgrade = async (
  route: Route,
  request: IncomingMessage,
  socket: Duplex,
  early: Buffer,
  settings: ForwardSettings,
): Promise<void> => {
  const decision = isAmbiguous(request) ? undefined : route(routedRequest(request));
  if (decision?.kind === 'forward' && decision.pool !== undefined)
    await forwardUpgrade(decision.pool, request, socket, early, settings);
  else socket.end(rawErrorAnswer(decision === undefined ? 400 : 503));
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Opens `settings.by.listenerPort` on 127.0.0.1; rejects with the system's error when that is not possible. */
export const openListener = async (
  settings: ForwardSettings,
  onError: (error: unknown) => void,
): Promise<Listener> => {
  let route: Route = () => undefined;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    answer(route, request, response, settings).catch((error: unknown) => {
      onError(error);
      response.destroy();
    });
  };
  const server = createServer({
    maxHeaderSize: REQUEST_HEADER_BYTES,
    headersTimeout: HEADER_MILLISECONDS,
    requestTimeout: 0,
    keepAliveTimeout: settings.idleSeconds() * 1_000,
    connectionsCheckingInterval: 5_000,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('upgrade', (request, socket, early) => {
    socket.on('error', () => socket.destroy());
    answerUpgrade(route, request, socket, early, settings).catch((error: unknown) => {
      onError(error);
      socket.destroy();
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end(rawErrorAnswer(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400));
  });
  await listen(server, '127.0.0.1', settings.by.listenerPort);
  return {
    use: (next) => {
      route = next;
    },
    close: async () => {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MILLISECONDS);
      await closed;
      clearTimeout(timer);
    },
  };
};
