import type { IncomingMessage } from 'node:http';

/** What the balancer adds to a request. */
export interface ForwardedBy {
  readonly listenerPort: number;
  /** Lower-case hex digits for a new trace id. */
  readonly hex: (digits: number) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

// RFC 9110 section 7.6.1; these belong to one connection and are not passed on.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const OURS = new Set([
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-amzn-trace-id',
  'expect',
]);

const namedByConnection = (connection: string | undefined): ReadonlySet<string> =>
  connection === undefined
    ? new Set()
    : new Set(connection.split(',').map((name) => name.trim().toLowerCase()));

const passOn = (
  rawHeaders: readonly string[],
  connection: string | undefined,
  alsoDrop?: ReadonlySet<string>,
): string[] => {
  const dropped = namedByConnection(connection);
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (HOP_BY_HOP.has(name) || dropped.has(name) || alsoDrop?.has(name) === true) continue;
    kept.push(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return kept;
};

const traceId = (existing: string | undefined, by: ForwardedBy): string => {
  const seconds = Math.floor(by.now() / 1_000).toString(16);
  const fresh = `1-${seconds}-${by.hex(24)}`;
  if (existing === undefined) return `Root=${fresh}`;
  // A trace that the client began keeps its root; the balancer adds itself (User Guide, "Request tracing").
  const others = existing.split(';').filter((field) => !field.startsWith('Self='));
  return [`Self=${fresh}`, ...others].join(';');
};

/** The header lines that go to the target, as a flat list of names and values in the client's spelling. */
export const requestHeaders = (request: IncomingMessage, by: ForwardedBy): string[] => {
  const headers = passOn(request.rawHeaders, request.headers.connection, OURS);
  const client = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const before = request.headers['x-forwarded-for'];
  const trace = request.headersDistinct['x-amzn-trace-id']?.[0];
  headers.push(
    'X-Forwarded-For',
    before === undefined ? client : `${String(before)}, ${client}`,
    'X-Forwarded-Proto',
    'http',
    'X-Forwarded-Port',
    String(by.listenerPort),
    'X-Amzn-Trace-Id',
    traceId(trace, by),
  );
  // Node.js does not frame the body of a GET or DELETE by itself; unframed it would be read as the next request.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  return headers;
};

/** The header lines of a target's answer that go to the client. */
export const responseHeaders = (response: IncomingMessage): string[] =>
  passOn(response.rawHeaders, response.headers.connection);
