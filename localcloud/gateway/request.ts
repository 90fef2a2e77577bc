import type { IncomingMessage } from 'node:http';
import { MalformedError } from '../protocols/malformed-error.ts';
import type { WireRequest } from '../protocols/wire.ts';

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new MalformedError(`the query '${text}' is not percent-encoded UTF-8`);
  }
};

const parseQuery = (query: string): (readonly [string, string])[] =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) return [decode(pair), ''];
      return [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });

/** A request as the protocols see it. Node's parser has lower-cased the header names and joined repeated headers. */
export const readWireRequest = (message: IncomingMessage): WireRequest => {
  const url = message.url ?? '/';
  // A proxy's absolute form is not for us; `*` belongs to OPTIONS.
  if (!url.startsWith('/')) throw new MalformedError(`the path '${url}' does not start with '/'`);
  const mark = url.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? [] : parseQuery(url.slice(mark + 1)),
    headers,
  };
};

// `bucket.s3.eu-central-1.amazonaws.com`, `bucket.s3.localhost:4566`, `bucket.localhost:4566`.
const virtualHost = /^(.+)\.(?:s3[.-]|localhost(?::\d+)?$)/;

/** Puts a bucket that is in the host name where path-style requests have it: at the start of the path. */
export const withPathStyle = (request: WireRequest): WireRequest => {
  const bucket = virtualHost.exec(request.headers['host'] ?? '')?.[1];
  return bucket === undefined || bucket === 's3'
    ? request
    : { ...request, path: `/${bucket}${request.path}` };
};
