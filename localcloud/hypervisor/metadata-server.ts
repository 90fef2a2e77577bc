import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetadataHandler, MetadataRequest } from './driver.ts';

/** The service stays on this host: QEMU connects to it for the guest. */
export interface MetadataServer {
  readonly port: number;
  close(): void;
}

const toRequest = (request: IncomingMessage): MetadataRequest => ({
  method: request.method ?? 'GET',
  path: (request.url ?? '/').split('?')[0] ?? '/',
  headers: Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  ),
});

const answer = async (
  handler: MetadataHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  request.resume();
  const { status, headers, body } = await handler(toRequest(request));
  response.writeHead(status, {
    'content-type': 'text/plain',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};

/** Serves one machine's metadata on a free port of 127.0.0.1, with keep-alive. */
export const serveMetadata = async (handler: MetadataHandler): Promise<MetadataServer> => {
  const server = createServer((request, response) => {
    answer(handler, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
