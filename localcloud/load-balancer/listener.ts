import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerError, answerFixed, answerRedirect, rawErrorAnswer } from './balancer-answers.ts';
import { limitConnections } from './connection-limit.ts';
import type { ForwardSettings } from './exchange.ts';
import { forwardRequest } from './forward-request.ts';
import { forwardUpgrade } from './forward-upgrade.ts';
import { createOpenAnswers } from './open-answers.ts';
import { openFileLimit } from './open-file-limit.ts';
import { routedRequest } from './routed-request.ts';
import type { Route } from './routing-rules.ts';
import type { TrafficCounters } from './traffic-counters.ts';

/** What a listener is opened with. */
export interface ListenerSettings extends ForwardSettings {
  /** Counts the answers that belong to no target group. */
  readonly counters: TrafficCounters;
}

/** An open port of a load balancer. */
export interface Listener {
  /** Replaces the rules; requests under way keep the decision that was made for them. */
  use(route: Route): void;
  /** Stops accepting, gives requests under way a second, then closes every connection. */
  close(): Promise<void>;
}

// User Guide, "Quotas": 64 K for all header lines of a request.
const REQUEST_HEADER_BYTES = 65_536;

// Against clients that open connections and never finish a request header, also where idle_timeout is longer.
const MAX_HEADER_MILLISECONDS = 60_000;

// A served connection needs a second one to its target, and the API and other listeners need some too.
const SHARE_OF_OPEN_FILES = 1 / 4;
const MAX_CONNECTIONS = 20_000;

const CLOSE_MILLISECONDS = 1_000;

// The parser lets these through. Of repeated Host lines it shows only the first: what the target sees could differ from what
// was routed. A chunked body in HTTP/1.0 has faulty framing (RFC 9112 section 6.1).
const isAmbiguous = ({ headers, headersDistinct, httpVersion }: IncomingMessage): boolean =>
  (headersDistinct['host'] ?? []).length > 1 ||
  (httpVersion === '1.0' && headers['transfer-encoding'] !== undefined);

const answer = async (
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  settings: ListenerSettings,
): Promise<void> => {
  const fail = (status: number): void => {
    settings.counters.balancerAnswer(status);
    answerError(response, status);
  };
  if (isAmbiguous(request)) {
    response.shouldKeepAlive = false;
    fail(400);
    return;
  }
  if (request.method === 'TRACE') {
    fail(405);
    return;
  }
  const routed = routedRequest(request);
  const decision = route(routed);
  if (decision?.kind === 'fixed-response') answerFixed(response, decision.config);
  else if (decision?.kind === 'redirect')
    answerRedirect(response, decision.config, routed, settings.by.listenerPort);
  else if (decision?.pool === undefined) fail(503);
  else await forwardRequest(decision.pool, request, response, settings);
};

const answerUpgrade = async (
  route: Route,
  request: IncomingMessage,
  socket: Duplex,
  early: Buffer,
  settings: ListenerSettings,
): Promise<void> => {
  const decision = isAmbiguous(request) ? undefined : route(routedRequest(request));
  if (decision?.kind === 'forward' && decision.pool !== undefined)
    await forwardUpgrade(decision.pool, request, socket, early, settings);
  else {
    const status = decision === undefined ? 400 : 503;
    settings.counters.balancerAnswer(status);
    socket.end(rawErrorAnswer(status));
  }
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
  settings: ListenerSettings,
  onError: (error: unknown) => void,
): Promise<Listener> => {
  let route: Route = () => undefined;
  const open = createOpenAnswers();
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    open.add(response);
    answer(route, request, response, settings).catch((error: unknown) => {
      onError(error);
      response.destroy();
    });
  };
  const idleMilliseconds = settings.idleSeconds() * 1_000;
  const server = createServer({
    maxHeaderSize: REQUEST_HEADER_BYTES,
    headersTimeout: Math.min(idleMilliseconds, MAX_HEADER_MILLISECONDS),
    requestTimeout: 0,
    keepAliveTimeout: idleMilliseconds,
    connectionsCheckingInterval: 5_000,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  });
  limitConnections(server, Math.min(MAX_CONNECTIONS, Math.floor(openFileLimit() * SHARE_OF_OPEN_FILES)));
  // The parser would silently leave out all lines beyond 2,000; the number of bytes is limited instead.
  server.maxHeadersCount = 0;
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
    if (error.code === 'ECONNRESET' || !socket.writable || open.has(socket)) socket.destroy();
    else {
      const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
      settings.counters.balancerAnswer(status);
      socket.end(rawErrorAnswer(status));
    }
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
