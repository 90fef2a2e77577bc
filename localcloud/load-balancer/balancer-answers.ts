import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';
import type {
  FixedResponseActionConfig,
  RedirectActionConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RoutedRequest } from './routed-request.ts';

const REASONS: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

const reason = (status: number): string => REASONS[status] ?? STATUS_CODES[status] ?? 'Unknown';

/** The page that an Application Load Balancer sends for an error of its own. */
export const errorPage = (status: number): string => {
  const title = `${status} ${reason(status)}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
};

/** Answers with the balancer's own error page. */
export const answerError = (response: ServerResponse, status: number): void => {
  const page = errorPage(status);
  response.writeHead(status, reason(status), {
    Server: 'awselb/2.0',
    'Content-Type': 'text/html',
    'Content-Length': Buffer.byteLength(page),
    // A body that nobody read would be taken for the next request.
    ...(response.req.complete ? {} : { Connection: 'close' }),
  });
  response.end(page);
};

/** The same for a connection on which nothing could be parsed; it is closed. */
export const rawErrorAnswer = (status: number): string => {
  const page = errorPage(status);
  return [
    `HTTP/1.1 ${status} ${reason(status)}`,
    'Server: awselb/2.0',
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/html',
    `Content-Length: ${Buffer.byteLength(page)}`,
    'Connection: close',
    '',
    page,
  ].join('\r\n');
};

/** Answers as a fixed-response action says. */
export const answerFixed = (response: ServerResponse, config: FixedResponseActionConfig): void => {
  const body = config.MessageBody ?? '';
  const status = Number(config.StatusCode);
  response.writeHead(status, reason(status), {
    Server: 'awselb/2.0',
    ...(body === '' ? {} : { 'Content-Type': `${config.ContentType ?? 'text/plain'}; charset=utf-8` }),
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
};

/** The `Location` of a redirect action: `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` keep their part. */
export const redirectLocation = (
  config: RedirectActionConfig,
  request: RoutedRequest,
  listenerPort: number,
): string => {
  const parts: Readonly<Record<string, string>> = {
    protocol: 'http',
    host: request.host,
    port: String(listenerPort),
    path: request.path.replace(/^\//, ''),
    query: request.query,
  };
  const fill = (template: string): string =>
    template.replace(/#\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
  const protocol = fill(config.Protocol ?? '#{protocol}').toLowerCase();
  const port = fill(config.Port ?? '#{port}');
  const query = fill(config.Query ?? '#{query}');
  const host = fill(config.Host ?? '#{host}');
  const path = fill(config.Path ?? '/#{path}');
  return `${protocol}://${host}:${port}${path}${query === '' ? '' : `?${query}`}`;
};

/** Answers as a redirect action says. */
export const answerRedirect = (
  response: ServerResponse,
  config: RedirectActionConfig,
  request: RoutedRequest,
  listenerPort: number,
): void => {
  const status = config.StatusCode === 'HTTP_302' ? 302 : 301;
  response.writeHead(status, reason(status), {
    Server: 'awselb/2.0',
    Location: redirectLocation(config, request, listenerPort),
    'Content-Length': 0,
  });
  response.end();
};
