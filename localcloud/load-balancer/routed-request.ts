import type { IncomingMessage } from 'node:http';

/** The parts of a request that rules look at. */
export interface RoutedRequest {
  readonly method: string;
  /** Host header without its port, as the client wrote it. */
  readonly host: string;
  /** Path without the query, as on the wire (still percent-encoded). */
  readonly path: string;
  /** Query without `?`, as on the wire. */
  readonly query: string;
  /** IPv4 or IPv6 address of the client. */
  readonly sourceIp: string;
  /** All values of a header, by its lower-case name. */
  readonly headers: (name: string) => readonly string[];
}

/** The request target in origin form; clients may send the absolute form (RFC 9112 section 3.2.2). */
export const originForm = (target: string): string => {
  if (!/^https?:\/\//i.test(target)) return target;
  const afterAuthority = target.slice(target.indexOf('//') + 2).search(/[/?]/);
  if (afterAuthority < 0) return '/';
  const rest = target.slice(target.indexOf('//') + 2 + afterAuthority);
  return rest.startsWith('/') ? rest : `/${rest}`;
};

/** Reads from a request what rules look at. */
export const routedRequest = (request: IncomingMessage): RoutedRequest => {
  const target = originForm(request.url ?? '/');
  const question = target.indexOf('?');
  return {
    method: request.method ?? 'GET',
    host: (request.headers.host ?? '').replace(/:\d*$/, ''),
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? '' : target.slice(question + 1),
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    headers: (name) => request.headersDistinct[name] ?? [],
  };
};
