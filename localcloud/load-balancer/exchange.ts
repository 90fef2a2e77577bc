import { request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NetworkAddress } from '../cloud-context.ts';
import type { BalancedTarget, Exchange } from './balanced-target.ts';
import { requestHeaders, responseHeaders } from './forwarded-headers.ts';
import type { ForwardedBy } from './forwarded-headers.ts';
import { originForm } from './routed-request.ts';
import type { TrafficCounters } from './traffic-counters.ts';

/**
 * How one attempt to have a target serve a request ended: `done` (the client has its answer or has gone), `refused` (no
 * connection, nothing was sent), `stale` (an idle connection turned out to be closed and the request may be sent again),
 * or the status to answer with.
 */
export type Outcome = 'done' | 'refused' | 'stale' | number;

/** What the exchanges of a listener share. */
export interface ForwardSettings {
  readonly by: ForwardedBy;
  /** `idle_timeout.timeout_seconds` of the load balancer. */
  readonly idleSeconds: () => number;
}

/** One request on its way to one target. */
export interface ExchangeOptions {
  readonly client: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: BalancedTarget;
  readonly address: NetworkAddress;
  readonly counters: TrafficCounters;
  readonly settings: ForwardSettings;
  /** Never use an idle connection. */
  readonly freshConnection: boolean;
}

// "The load balancer failed to establish a connection to the target before the connection timeout expired (10 seconds)":
// User Guide, troubleshooting, HTTP 504.
const CONNECT_MILLISECONDS = 10_000;

// User Guide, "Quotas": 32 K for the whole response header.
const RESPONSE_HEADER_BYTES = 32_768;

// The parser would silently leave out all lines beyond 2,000; the number of bytes is limited instead.
const UNLIMITED_HEADERS = 0;

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** A connection that the target had closed says so at the first packet; one that lasts longer had its request. */
const STALE_MILLISECONDS = 1_000;
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Sends the request to the target and, unless the outcome says otherwise, its answer to the client. */
export const exchange = (options: ExchangeOptions): Promise<Outcome> =>
  new Promise((resolve) => {
    const { client, response, target, address, counters, settings } = options;
    const startedAt = performance.now();
    const body = hasBody(client);
    let connected = false;
    let answered = false;
    let timedOut = false;
    const upstream = request({
      host: address.host,
      port: address.port,
      method: client.method ?? 'GET',
      path: originForm(client.url ?? '/'),
      headers: requestHeaders(client, settings.by),
      agent: options.freshConnection ? false : target.agent,
      setHost: false,
      maxHeaderSize: RESPONSE_HEADER_BYTES,
      timeout: settings.idleSeconds() * 1_000,
    });
    upstream.maxHeadersCount = UNLIMITED_HEADERS;

    const entry: Exchange = {
      cut: () => {
        upstream.destroy();
        response.destroy();
      },
    };
    const settle = (outcome: Outcome): void => {
      target.exchanges.delete(entry);
      response.off('close', onClose);
      client.unpipe(upstream);
      resolve(outcome);
    };
    const onClose = (): void => {
      if (!response.writableFinished || !upstream.writableFinished) upstream.destroy();
      settle('done');
      // What a target that answered early left unread stands before the next request of the connection.
      client.resume();
    };
    target.exchanges.add(entry);
    response.once('close', onClose);

    const begin = (): void => {
      connected = true;
      if (!body) return;
      // Only now: nothing of the body is lost when there is no connection and another target is tried.
      if (client.headers.expect !== undefined) response.writeContinue();
      client.pipe(upstream);
    };
    upstream.once('socket', (socket) => {
      if (!socket.connecting) {
        begin();
        return;
      }
      const patience = setTimeout(() => {
        timedOut = true;
        upstream.destroy(new Error('connecting timed out'));
      }, CONNECT_MILLISECONDS);
      socket.once('connect', () => {
        clearTimeout(patience);
        begin();
      });
      socket.once('close', () => clearTimeout(patience));
    });
    upstream.once('timeout', () => {
      timedOut = true;
      upstream.destroy(new Error('idle for too long'));
    });
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      if (answered || response.destroyed) return;
      if (timedOut) settle(body && !client.complete ? 408 : 504);
      else if (!connected) settle('refused');
      else if (
        !body &&
        upstream.reusedSocket &&
        performance.now() - startedAt < STALE_MILLISECONDS &&
        GONE.has(error.code ?? '') &&
        IDEMPOTENT.has(client.method ?? '')
      )
        settle('stale');
      else settle(502);
    });
    // Nobody asked for it: an upgrade comes another way. Without a listener neither an error nor an answer would follow.
    upstream.once('upgrade', (_, socket) => {
      socket.destroy();
      settle(502);
    });
    upstream.once('response', (reply) => {
      answered = true;
      const status = reply.statusCode ?? 0;
      reply.on('error', () => undefined);
      try {
        response.writeHead(status, reply.statusMessage ?? '', responseHeaders(reply));
      } catch {
        upstream.destroy();
        settle(502);
        return;
      }
      counters.targetAnswer(status, performance.now() - startedAt);
      // An event stream's client waits for the head; a body of known length follows at once and shares its packet.
      if (reply.headers['content-length'] === undefined) response.flushHeaders();
      reply.once('close', () => {
        if (!reply.complete) response.destroy();
      });
      reply.pipe(response);
    });
    if (!body) upstream.end();
  });
