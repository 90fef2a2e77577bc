import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer as createTcpServer } from 'node:net';
import type { Socket } from 'node:net';
import type { BalancedTarget } from '#localcloud/load-balancer/balanced-target';
import type { LoadBalancer } from '#localcloud/load-balancer/load-balancer';
import {
  addTarget,
  cleanUpBalancers,
  exchangeRaw,
  forward,
  listen,
  portOf,
  serve,
  serveRaw,
  startBalancer,
} from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually, freePort } from '#test/unit/localcloud/services/autoscaling/eventually';

afterEach(cleanUpBalancers);

describe('choosing a target', () => {
  const named = async (balancer: LoadBalancer, group: string, name: string): Promise<BalancedTarget> =>
    addTarget(balancer, group, portOf(await serve((_, response) => response.end(name))));

  test('L07 answers 503 for the share of an empty group, and counts it', async () => {
    const { balancer, url } = await startBalancer(forward(['blue', 1], ['empty', 1]));
    await named(balancer, 'blue', 'blue');
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await fetch(url)).status);
    expect(statuses.toSorted((left, right) => left - right)).toEqual([200, 200, 503, 503]);
    expect(balancer.pool('empty').counters.read().balancerCodes).toEqual({ 503: 2 });
  });

  test('L06 uses only healthy targets, and the unhealthy ones when there is nothing else', async () => {
    const { balancer, url } = await startBalancer();
    const good = await named(balancer, 'blue', 'good');
    (await named(balancer, 'blue', 'bad')).standing = 'unhealthy';
    (await named(balancer, 'blue', 'new')).standing = 'initial';
    const answers = new Set<string>();
    for (let index = 0; index < 6; index += 1) answers.add(await (await fetch(url)).text());
    expect([...answers]).toEqual(['good']);
    good.standing = 'draining';
    expect(await (await fetch(url)).text()).toBe('bad');
  });

  test('tries another target when one accepts no connection', async () => {
    const { balancer, url } = await startBalancer();
    addTarget(balancer, 'blue', await freePort());
    await named(balancer, 'blue', 'good');
    const statuses = [];
    for (let index = 0; index < 4; index += 1)
      statuses.push((await fetch(url, { method: 'POST', body: 'x' })).status);
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(balancer.pool('blue').counters.read().connectionErrors).toBeGreaterThan(1);
  });
});

describe('L05 a target that fails', () => {
  const reset = (socket: Socket): void => {
    socket.resetAndDestroy();
  };
  const cases: [string, (socket: Socket) => void, number][] = [
    ['resets the connection', reset, 502],
    ['closes without an answer', (socket) => socket.end(), 502],
    ['sends garbage', (socket) => socket.end('hello\r\n\r\n'), 502],
    [
      'sends two lengths',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
      502,
    ],
    [
      'sends a header beyond 32 K',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(40_000)}\r\n\r\n`),
      502,
    ],
    ['says nothing for the idle time', () => undefined, 504],
  ];
  test.each(cases)('L05 one that %s', async (_, behave, status) => {
    const { balancer, url } = await startBalancer(forward(['blue', 1]), 1);
    addTarget(balancer, 'blue', await serveRaw(behave));
    const response = await fetch(url);
    expect(response.status).toBe(status);
    expect(response.headers.get('server')).toBe('awselb/2.0');
    expect(await response.text()).toContain(`<h1>${status} `);
    expect(balancer.pool('blue').counters.read().balancerCodes).toEqual({ [status]: 1 });
  });

  test('L05 one that breaks off in the body breaks the client off too', async () => {
    const { balancer, url } = await startBalancer();
    const behave = (socket: Socket): void => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
      setTimeout(() => socket.resetAndDestroy(), 20);
    };
    addTarget(balancer, 'blue', await serveRaw(behave));
    const response = await fetch(url);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  test('L05 one that answers before it has read the body is heard', async () => {
    const { balancer, port } = await startBalancer();
    const target = await serve((_, response) => {
      response.writeHead(413).end('too large');
    });
    addTarget(balancer, 'blue', portOf(target));
    const answer = await exchangeRaw(
      port,
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n${'x'.repeat(1_000_000)}`,
    ).catch(String);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  /** A target that answers the first request of a connection, and does something else at the next. */
  const answersOnce = async (next: (socket: Socket) => void): Promise<number> => {
    const target = createTcpServer((socket) => {
      let requests = 0;
      socket.on('error', () => socket.destroy());
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        else next(socket);
      });
    });
    await listen(target);
    return portOf(target);
  };

  test('L01 one that closes idle connections under the balancer costs no request, and no POST is sent twice', async () => {
    const { balancer, url } = await startBalancer();
    // Right when a request arrives, as a keep-alive timer does that runs out just then.
    addTarget(balancer, 'blue', await answersOnce((socket) => socket.resetAndDestroy()));
    for (let index = 0; index < 20; index += 1) expect((await fetch(url)).status).toBe(200);
    expect(balancer.pool('blue').counters.read().resent).toBeGreaterThan(5);
    const statuses = new Set<number>();
    for (let index = 0; index < 6; index += 1)
      statuses.add((await fetch(url, { method: 'POST', body: 'x' })).status);
    // A POST is never sent twice.
    expect(statuses).toContain(502);
  });

  test('L05 one that ends while it works on a request fails it, also on a connection that was used before', async () => {
    const { balancer, url } = await startBalancer();
    const works = (socket: Socket): void => void setTimeout(() => socket.resetAndDestroy(), 1_100);
    addTarget(balancer, 'blue', await answersOnce(works));
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url)).status).toBe(502);
    expect(balancer.pool('blue').counters.read().resent).toBe(0);
  });
});

describe('draining', () => {
  test('L02 lets a request under way finish and cuts what is left at the end', async () => {
    const { balancer, url } = await startBalancer();
    const open: { end(text: string): void }[] = [];
    const target = addTarget(balancer, 'blue', portOf(await serve((_, response) => open.push(response))));
    const first = fetch(url);
    const second = fetch(url).catch(() => 'cut');
    await eventually(() => open.length === 2);
    target.standing = 'draining';
    expect((await fetch(url)).status).toBe(503);
    open[0]?.end('finished');
    expect(await (await first).text()).toBe('finished');
    target.close();
    expect(await second).toBe('cut');
    expect(target.exchanges.size).toBe(0);
  });
});
