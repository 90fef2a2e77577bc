import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  addTarget,
  cleanUpBalancers,
  exchangeRaw,
  portOf,
  serve,
  startBalancer,
} from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';

afterEach(cleanUpBalancers);

describe('a hostile client', () => {
  const smuggling: [string, string][] = [
    [
      'content-length beside chunked',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
    ],
    ['two content-lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n  folded\r\n\r\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n'],
    ['bare line feeds', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['another coding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a header beyond 64 K', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`],
  ];
  test.each(smuggling)('gets 400 and a closed connection for %s', async (_, text) => {
    const { balancer, port } = await startBalancer();
    let reached = 0;
    const target = await serve((_, response) => {
      reached += 1;
      response.end();
    });
    addTarget(balancer, 'blue', portOf(target));
    expect(await exchangeRaw(port, text)).toMatch(/^HTTP\/1.1 400 /);
    expect(reached).toBe(0);
  });

  test('gets nothing through in a bad chunk', async () => {
    const { balancer, port } = await startBalancer();
    const paths: string[] = [];
    const target = await serve((incoming, response) => {
      paths.push(incoming.url ?? '');
      incoming.resume().on('end', () => response.end());
      incoming.on('error', () => undefined);
    });
    addTarget(balancer, 'blue', portOf(target));
    await exchangeRaw(
      port,
      'POST /ok HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
    ).catch(() => '');
    expect(paths.filter((path) => path !== '/ok')).toEqual([]);
  });

  test('with thousands of idle connections keeps nobody from being served', async () => {
    const { balancer, url, port } = await startBalancer();
    addTarget(balancer, 'blue', portOf(await serve((_, response) => response.end('ok'))));
    const sockets = await Promise.all(
      Array.from(
        { length: 1_000 },
        () =>
          new Promise<Socket>((resolve, reject) => {
            const socket = connect(port, '127.0.0.1', () => resolve(socket));
            socket.on('error', reject);
          }),
      ),
    );
    for (const socket of sockets) socket.write('GET / HTTP/1.1\r\n');
    expect((await fetch(url)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  test('that goes away ends the request at the target', async () => {
    const { balancer, port } = await startBalancer();
    let gone = false;
    let arrived = false;
    const target = await serve((incoming: IncomingMessage) => {
      arrived = true;
      incoming.on('close', () => {
        gone = true;
      });
    });
    const live = addTarget(balancer, 'blue', portOf(target));
    const agent = new Agent();
    const outgoing = request({ port, host: '127.0.0.1', agent });
    outgoing.on('error', () => undefined);
    outgoing.end();
    await eventually(() => arrived);
    outgoing.destroy();
    await eventually(() => gone);
    expect(live.exchanges.size).toBe(0);
  });
});
