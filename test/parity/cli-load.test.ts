import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { sendLoad, tryOnce } from '#cli/chaos/send-load';
import { poll } from '#test/helpers/poll';

let server: Server;

const serve = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
};

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

const target = (url: string, perSecond = 100) => ({ url, host: 'hello.localhost', perSecond });

describe('the load of a drill', () => {
  test('comes at its rate, over few connections, and names the app', async () => {
    const hosts = new Set<string | undefined>();
    const sockets = new Set<unknown>();
    const url = await serve((request, response) => {
      hosts.add(request.headers.host);
      sockets.add(request.socket);
      response.end('ok');
    });
    const startedAt = performance.now();
    const load = sendLoad(target(url));
    await poll(
      async () => (load.report().requests >= 50 ? true : undefined),
      10_000,
      () => 'too few requests',
    );
    const report = await load.stop();
    const seconds = (performance.now() - startedAt) / 1000;
    expect(report.requests).toBeLessThanOrEqual(seconds * 100 + 1);
    expect(report).toMatchObject({ failed: 0, failures: [] });
    expect([[...hosts], sockets.size <= 8]).toEqual([['hello.localhost'], true]);
  });

  test('leaves no connection idle until the balancer closes it, however many a slow moment has opened', async () => {
    const SLOW = 6;
    const used = new Map<Socket, number>();
    const held: ServerResponse[] = [];
    const url = await serve(({ socket }, response) => {
      used.set(socket, (used.get(socket) ?? 0) + 1);
      held.push(response);
      if (used.size >= SLOW) for (const each of held.splice(0)) each.end('ok');
    });
    const load = sendLoad(target(url));
    await poll(
      async () => ([...used.values()].reduce((sum, times) => sum + times, 0) > 60 ? true : undefined),
      10_000,
      () => `only ${load.report().requests} requests`,
    );
    await load.stop();
    expect(Math.min(...[...used.values()].slice(0, SLOW))).toBeGreaterThan(2);
  });

  test('counts every answer that is not 200 and every connection that breaks, and keeps the first', async () => {
    let asked = 0;
    const url = await serve((request, response) => {
      asked += 1;
      if (asked % 2 === 0) request.socket.destroy();
      else response.writeHead(503).end();
    });
    const load = sendLoad(target(url, 500));
    await poll(
      async () => (load.report().failed > 60 ? true : undefined),
      10_000,
      () => `only ${load.report().failed} failed`,
    );
    const { requests, failed, failures } = await load.stop();
    expect(failed).toBe(requests);
    expect(failures).toHaveLength(50);
    expect(new Set(failures.map(({ what }) => what))).toEqual(new Set(['503', 'socket hang up']));
  });

  test('waits for answers that are on their way', async () => {
    let answered = 0;
    const url = await serve((_request, response) => {
      setTimeout(() => {
        answered += 1;
        response.end('ok');
      }, 200);
    });
    const load = sendLoad(target(url));
    await poll(
      async () => (load.report().requests > 0 ? true : undefined),
      10_000,
      () => 'no request',
    );
    const { requests, failed } = await load.stop();
    expect([answered, failed]).toEqual([requests, 0]);
  });

  test('one request tells what is wrong', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end());
    expect(await tryOnce(target(url))).toBe('404');
  });
});
