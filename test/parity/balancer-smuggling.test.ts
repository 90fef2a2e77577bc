import { afterEach, describe, expect, test } from '@jest/globals';
import type { LoadBalancer } from '#localcloud/load-balancer/load-balancer';
import {
  addTarget,
  cleanUpBalancers,
  exchangeRaw,
  portOf,
  serve,
  startBalancer,
} from '#test/unit/localcloud/load-balancer/balancer-under-test';

afterEach(cleanUpBalancers);

/** Adds a target that reads requests whole; answers the list of what it was asked. */
const listenBehind = async (balancer: LoadBalancer): Promise<string[]> => {
  const asked: string[] = [];
  const target = await serve((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    incoming.on('error', () => undefined);
    incoming.resume().on('end', () => response.end('ok'));
  });
  addTarget(balancer, 'blue', portOf(target));
  return asked;
};

const post = (headers: string, body: string): string =>
  `POST /ok HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked', body);
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

describe('L11 request smuggling', () => {
  const heads: [string, string][] = [
    ['content-length beside chunked', post('Content-Length: 6\r\nTransfer-Encoding: chunked', `0\r\n\r\nG`)],
    ['chunked beside content-length', post('Transfer-Encoding: chunked\r\nContent-Length: 6', `0\r\n\r\nG`)],
    ['two content-lengths', post('Content-Length: 1\r\nContent-Length: 2', 'ab')],
    ['two equal content-lengths', post('Content-Length: 2\r\nContent-Length: 2', 'ab')],
    ['a list of content-lengths', post('Content-Length: 2, 2', 'ab')],
    ['a signed content-length', post('Content-Length: +2', 'ab')],
    ['a negative content-length', post('Content-Length: -2', 'ab')],
    ['a hexadecimal content-length', post('Content-Length: 0x2', 'ab')],
    ['a content-length beyond 64 bits', post('Content-Length: 18446744073709551618', 'ab')],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n  folded\r\n\r\n'],
    ['a folded transfer-encoding', post('Transfer-Encoding:\r\n chunked', '0\r\n\r\n')],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n'],
    ['a space before the first header', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
    ['bare line feeds', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['one bare line feed', 'GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n'],
    ['a bare carriage return', 'GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n'],
    ['NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    [
      'two Hosts of a WebSocket',
      'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['another coding', post('Transfer-Encoding: xchunked', '0\r\n\r\n')],
    ['chunked that is not last', post('Transfer-Encoding: chunked, identity', '0\r\n\r\n')],
    ['chunked behind a control character', post('Transfer-Encoding: \x0bchunked', '0\r\n\r\n')],
    ['chunked in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a version of the future', 'GET / HTTP/1.9\r\nHost: a\r\n\r\n'],
    ['a header beyond 64 K', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`],
  ];
  test.each(heads)('L11 gets 400 and a closed connection for %s', async (_, text) => {
    const { balancer, port } = await startBalancer();
    const asked = await listenBehind(balancer);
    const answer = await exchangeRaw(port, `${text}${SMUGGLED}`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer.match(/HTTP\/1.1/g)).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  const chunks: [string, string][] = [
    ['an extension that ends in a bare line feed', `5;\n${SMUGGLED}`],
    ['a size that is not hexadecimal', `5g\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
    ['a size with 0x', `0x5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
    ['a negative size', `-5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
    ['a size beyond 64 bits', `10000000000000005\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
    ['data longer than its size', `2\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
    ['data ended by a bare line feed', `5\r\nhello\n0\r\n\r\n${SMUGGLED}`],
    ['a folded trailer', `0\r\nX: 1\r\n folded\r\n\r\n${SMUGGLED}`],
  ];
  test.each(chunks)('L11 gets 400 and a closed connection for a chunk with %s', async (_, body) => {
    const { balancer, port } = await startBalancer();
    const asked = await listenBehind(balancer);
    expect(await exchangeRaw(port, chunked(body))).toMatch(/^HTTP\/1.1 400 /);
    expect(asked.filter((request) => request !== 'POST /ok')).toEqual([]);
  });

  test('L11 a bad chunk after the answer has begun closes the connection and puts nothing into the answer', async () => {
    const { balancer, port } = await startBalancer();
    const target = await serve((incoming, response) => {
      incoming.on('error', () => undefined).resume();
      response.write('begun');
    });
    addTarget(balancer, 'blue', portOf(target));
    const answer = await exchangeRaw(port, chunked('5\r\nhello\r\n'), {
      once: 'begun',
      send: `zz\r\n${SMUGGLED}`,
    });
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n5\r\nbegun\r\n$/);
  });

  test('L11 a chunked body reaches the target framed as one request, whatever its data look like', async () => {
    const { balancer, port } = await startBalancer();
    const asked = await listenBehind(balancer);
    const size = SMUGGLED.length.toString(16);
    const answer = await exchangeRaw(
      port,
      post('Transfer-Encoding: chunked\r\nConnection: close', `${size}\r\n${SMUGGLED}\r\n0\r\n\r\n`),
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(asked).toEqual(['POST /ok']);
  });
});
