import { createServer } from 'node:http';
import { inspectMachine } from './inspect-machine.js';

const { PORT = '8080', GREETING = 'hello' } = process.env;

const routes = {
  '/': () => ({
    app: process.env.KILN_APP ?? 'hello',
    greeting: GREETING,
    release: process.env.KILN_RELEASE ?? null,
    environment: process.env.KILN_ENV ?? null,
    instance: process.env.KILN_INSTANCE_ID ?? null,
    zone: process.env.KILN_ZONE ?? null,
  }),
  '/health': () => ({ status: 'ok' }),
  '/inspect': () => inspectMachine(),
};

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
  const body = JSON.stringify(route ? await route() : { error: `nothing at ${pathname}` });
  response.writeHead(route ? 200 : 404, { 'content-type': 'application/json' });
  response.end(`${body}\n`);
});

server.listen(Number(PORT), () => console.log(`listening on ${PORT}`));

// Requests that are being answered are finished; idle connections are closed at once.
process.once('SIGTERM', () => {
  console.log('SIGTERM: finishing');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
