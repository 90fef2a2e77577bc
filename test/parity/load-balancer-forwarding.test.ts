import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import {
  addTarget,
  cleanUpBalancers,
  exchangeRaw,
  portOf,
  serve,
  startBalancer,
} from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually, freePort } from '#test/unit/localcloud/services/autoscaling/eventually';

afterEach(cleanUpBalancers);

describe('forwarding', () => {
  test('tells the target who asks, and takes hop-by-hop headers off', async () => {
    const { balancer, port } = await startBalancer();
    const target = await serve((incoming, response) => {
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.setHeader('X-Private', 'yes');
      response.setHeader('Connection', 'X-Private');
      response.end(JSON.stringify(incoming.headers));
    });
    addTarget(balancer, 'blue', portOf(target));
    const answer = await exchangeRaw(
      port,
      'GET /x?y=1 HTTP/1.1\r\nHost: app.test\r\nX-Forwarded-For: 10.0.0.9\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n\r\n',
    );
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    const seen: unknown = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1));
    expect(seen).toMatchObject({
      host: 'app.test',
      'x-forwarded-for': '10.0.0.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(port),
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    expect(seen).not.toHaveProperty('x-hop');
    expect(seen).not.toHaveProperty('te');
    expect(head).toContain('Set-Cookie: a=1\r\nSet-Cookie: b=2');
    expect(head).not.toContain('X-Private');
  });

  test('streams a large upload and its echo unharmed', async () => {
    const { balancer, url } = await startBalancer();
    addTarget(balancer, 'blue', portOf(await serve((incoming, response) => void incoming.pipe(response))));
    const bytes = randomBytes(32 << 20);
    const response = await fetch(url, { method: 'POST', body: bytes });
    const digest = createHash('sha256').update(Buffer.from(await response.arrayBuffer()));
    expect(digest.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('frames the chunked body of a DELETE', async () => {
    const { balancer, port } = await startBalancer();
    const bodies: string[] = [];
    const target = await serve((incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        bodies.push(`${incoming.method} ${body}`);
        response.end();
      });
    });
    addTarget(balancer, 'blue', portOf(target));
    await exchangeRaw(
      port,
      'DELETE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n15\r\nGET /x HTTP/1.1\r\nA: b\r\n0\r\n\r\n',
    );
    expect(bodies).toEqual(['DELETE GET /x HTTP/1.1\r\nA: b']);
  });

  test('passes events on as they come', async () => {
    const { balancer, url } = await startBalancer();
    let stream: { write(text: string): void } | undefined;
    const target = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      stream = response;
    });
    addTarget(balancer, 'blue', portOf(target));
    const response = await fetch(url);
    const reader = response.body?.getReader();
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      stream?.write(event);
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(event);
    }
    await reader?.cancel();
  });

  test('asks for the body only when a target is there (100-continue)', async () => {
    const { balancer, port } = await startBalancer();
    const send = (): Promise<{ continued: boolean; status: number }> =>
      new Promise((resolve, reject) => {
        let continued = false;
        const outgoing = request({
          port,
          host: '127.0.0.1',
          method: 'PUT',
          headers: { Expect: '100-continue' },
        });
        outgoing.on('continue', () => {
          continued = true;
          outgoing.end('body');
        });
        outgoing.on('response', (response) => {
          response.resume();
          resolve({ continued, status: response.statusCode ?? 0 });
        });
        outgoing.on('error', reject);
        outgoing.flushHeaders();
      });
    expect(await send()).toEqual({ continued: false, status: 503 });
    const target = await serve((incoming, response) => {
      incoming.resume().on('end', () => response.end());
    });
    addTarget(balancer, 'blue', portOf(target));
    expect(await send()).toEqual({ continued: true, status: 200 });
  });

  test('carries a WebSocket both ways and counts it', async () => {
    const { balancer, port } = await startBalancer();
    const target = await serve(() => undefined);
    const echo = new WebSocketServer({ server: target });
    echo.on('connection', (socket) =>
      socket.on('message', (data: Buffer) => socket.send(`echo ${data.toString()}`)),
    );
    addTarget(balancer, 'blue', portOf(target));
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`);
    const reply = await new Promise((resolve, reject) => {
      socket.on('open', () => socket.send('hi'));
      socket.on('message', (data: Buffer) => resolve(data.toString()));
      socket.on('error', reject);
    });
    expect(reply).toBe('echo hi');
    expect(balancer.pool('blue').counters.read().targetCodes).toEqual({ '1XX': 1 });
    socket.terminate();
    echo.close();
  });

  test('answers 503 to a WebSocket without a target and 502 when the target refuses it', async () => {
    const { balancer, port } = await startBalancer();
    const handshake =
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    expect(await exchangeRaw(port, handshake)).toMatch(/^HTTP\/1.1 503 /);
    const target = addTarget(balancer, 'blue', await freePort());
    expect(await exchangeRaw(port, handshake)).toMatch(/^HTTP\/1.1 502 /);
    await eventually(() => target.exchanges.size === 0);
  });
});

describe('a listener', () => {
  test('applies new rules to the next request of a kept connection', async () => {
    const { balancer, url } = await startBalancer({
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '200', MessageBody: 'one', ContentType: 'text/plain' },
    });
    expect(await (await fetch(url)).text()).toBe('one');
    balancer.route('listener', [
      {
        conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/old/*'] } }],
        actions: [
          {
            Type: 'redirect',
            RedirectConfig: { StatusCode: 'HTTP_302', Path: '/new/#{path}', Host: 'b', Port: '81' },
          },
        ],
      },
    ]);
    const redirect = await fetch(`${url}/old/x?q=1`, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'http://b:81/new/old/x?q=1']);
    expect((await fetch(url)).status).toBe(503);
  });

  test('closes its port', async () => {
    const { balancer, url } = await startBalancer();
    expect((await fetch(url)).status).toBe(503);
    await balancer.close('listener');
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
