import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { decompress } from '#localcloud/gateway/decompress';
import { MalformedError } from '#localcloud/protocols/malformed-error';

const request = (encoding?: string) => ({
  method: 'POST',
  path: '/',
  query: [],
  headers: encoding === undefined ? {} : { 'content-encoding': encoding },
});

test('takes gzip off, and leaves other bodies as they are', () => {
  const body = Buffer.from('{"Namespace":"Shop"}');
  expect(Buffer.from(decompress(request('gzip'), gzipSync(body), 100)).toString()).toBe(body.toString());
  expect(decompress(request(), body, 10)).toBe(body);
});

test.each([
  ['is no gzip', Buffer.from('plain')],
  ['is cut off', gzipSync('abc').subarray(0, 12)],
  ['unpacks to more than the limit', gzipSync(Buffer.alloc(1_001))],
])('a body that %s is malformed', (_, body) => {
  expect(() => decompress(request('gzip'), body, 1_000)).toThrow(MalformedError);
});
