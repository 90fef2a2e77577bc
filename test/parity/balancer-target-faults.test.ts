import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createBalancedTarget } from '#localcloud/load-balancer/balanced-target';
import type { NetworkAddress } from '#localcloud/cloud-context';
import {
  addTarget,
  cleanUpBalancers,
  exchangeRaw,
  forward,
  portOf,
  serve,
  serveRaw,
  startBalancer,
} from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';

afterEach(cleanUpBalancers);

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('L05 a target that misbehaves', () => {
  test.each([
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['103', 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'],
    ['three times 103', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3)],
  ])('L05 interim answers (%s) do not take the place of the answer', async (_, interim) => {
    const { balancer, port } = await startBalancer();
    addTarget(balancer, 'blue', await serveRaw((socket) => socket.write(interim + OK)));
    const answer = await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\nok$/);
  });

  test.each([
    [
      'that switches protocols unasked',
      (socket: Socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    ],
    [
      'that sends half a head and half-closes',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
    ],
    ['that answers in HTTP/0.9', (socket: Socket) => socket.end('<html>old</html>')],
    ['that sends a status of four digits', (socket: Socket) => socket.end('HTTP/1.1 2000 OK\r\n\r\n')],
    [
      'that smuggles a length beside chunked',
      (socket: Socket) =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
    ],
    [
      'that sends control characters in a header',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nA: \u0001\u0000\r\nContent-Length: 0\r\n\r\n'),
    ],
    [
      'that sends headers beyond 32 K',
      (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\n${'A: 123456789012\r\n'.repeat(3_000)}\r\n`),
    ],
  ])('L05 one %s is a 502, and the next request is served', async (_, behave) => {
    const { balancer, url } = await startBalancer(forward(['blue', 1]), 2);
    let wrong = true;
    addTarget(balancer, 'blue', await serveRaw((socket) => void (wrong ? behave(socket) : socket.end(OK))));
    expect((await fetch(url)).status).toBe(502);
    wrong = false;
    expect(await (await fetch(url)).text()).toBe('ok');
  });

  test('L05 thousands of small headers all arrive, both ways', async () => {
    const { balancer, port } = await startBalancer();
    const many = Array.from({ length: 2_500 }, (_, index) => `h${index}: 1\r\n`).join('');
    let asked: readonly string[] = [];
    const target = await serve((incoming, response) => {
      asked = incoming.rawHeaders;
      response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${many}last-answered: 1\r\n\r\n`);
    });
    target.maxHeadersCount = 0;
    addTarget(balancer, 'blue', portOf(target));
    const answer = await exchangeRaw(
      port,
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${many}last-asked: 1\r\n\r\n`,
    );
    expect(answer).toContain('last-answered: 1');
    expect(asked).toContain('last-asked');
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'PATCH'])(
    'L05 a %s that a fresh connection broke is sent once',
    async (method) => {
      const { balancer, url } = await startBalancer();
      let arrived = 0;
      addTarget(
        balancer,
        'blue',
        await serveRaw((socket) => {
          arrived += 1;
          socket.resetAndDestroy();
        }),
      );
      expect((await fetch(url, { method })).status).toBe(502);
      expect(arrived).toBe(1);
    },
  );

  test('L05 an early answer leaves the connection in step: the unread body is not taken for a request', async () => {
    const { balancer, port } = await startBalancer();
    const seen: string[] = [];
    const target = await serve((incoming, response) => {
      seen.push(incoming.url ?? '');
      response.writeHead(incoming.url === '/upload' ? 413 : 200).end('answer');
    });
    addTarget(balancer, 'blue', portOf(target));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = (path: string, body: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const outgoing = request({ host: '127.0.0.1', port, agent, path, method: 'POST' }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      });
    expect(await send('/upload', 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(50_000))).toBe(413);
    expect(await send('/next', '')).toBe(200);
    expect(seen).toEqual(['/upload', '/next']);
    agent.destroy();
  });

  test('L05 a WebSocket whose client leaves before the target is found holds up no draining', async () => {
    const { balancer, port } = await startBalancer();
    const found: ((address: NetworkAddress) => void)[] = [];
    const target = createBalancedTarget('slow', () => new Promise((resolve) => found.push(resolve)));
    target.standing = 'healthy';
    balancer.pool('blue').targets.set(target.key, target);
    let reached = false;
    const behind = await serveRaw(() => {
      reached = true;
    });
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
    );
    await eventually(() => found.length === 1);
    socket.destroy();
    const marker = await exchangeRaw(port, 'GET / HTTP/1.1\n\n');
    expect(marker).toMatch(/^HTTP\/1.1 400/);
    found[0]?.({ host: '127.0.0.1', port: behind });
    await exchangeRaw(port, 'GET / HTTP/1.1\n\n');
    await eventually(() => target.exchanges.size === 0, undefined, 1);
    expect(reached).toBe(false);
  });
});
