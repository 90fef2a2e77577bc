import type { IncomingMessage } from 'node:http';

// Text types go as they are, all else as base64: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
const isText = (contentType: string): boolean =>
  /^(text\/|application\/(.*\+)?(json|xml)|application\/javascript)/.test(contentType);

const requestTime = (milliseconds: number): string => {
  const date = new Date(milliseconds);
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${month}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
};

const headersOf = (request: IncomingMessage): Record<string, string> => {
  const { cookie: _, ...headers } = request.headersDistinct;
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, (values ?? []).join(',')]),
  );
};

const queryOf = (search: string): Record<string, string> => {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  }
  return query;
};

/** What of a request is not in the request itself. */
export interface UrlRequestDetails {
  readonly urlId: string;
  readonly requestId: string;
  /** Path and query behind the function's URL, beginning with `/`. */
  readonly url: string;
  readonly body: Buffer;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The event of payload format 2.0 that a function gets for a request to its URL. */
export const urlEvent = (request: IncomingMessage, details: UrlRequestDetails): object => {
  const [rawPath = '/', rawQueryString = ''] = details.url.split(/\?(.*)/s);
  const cookies = request.headers.cookie?.split(/;\s*/);
  const text = isText(request.headers['content-type'] ?? 'text/plain');
  const query = queryOf(rawQueryString);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies === undefined ? {} : { cookies }),
    headers: headersOf(request),
    ...(rawQueryString === '' ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: 'anonymous',
      apiId: details.urlId,
      domainName: request.headers.host ?? '',
      domainPrefix: details.urlId,
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: details.requestId,
      routeKey: '$default',
      stage: '$default',
      time: requestTime(details.now),
      timeEpoch: details.now,
    },
    ...(details.body.length === 0 ? {} : { body: details.body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: details.body.length > 0 && !text,
  };
};
