import { describe, expect, test } from '@jest/globals';
import { canonicalRequest } from '#localcloud/signature/canonical-request';

const lines = (path: string, isS3: boolean, query: readonly (readonly [string, string])[] = []): string[] =>
  canonicalRequest(
    { method: 'GET', path, query, headers: { host: 'h', x: '  a   b ' } },
    ['host', 'x'],
    'HASH',
    isS3,
  ).split('\n');

describe('canonicalRequest', () => {
  test.each([
    ['/b/a//../c', '/b/a//../c'],
    ['/b/a%20b', '/b/a%20b'],
    ['/b/(x)!', '/b/%28x%29%21'],
    ['/b/%2F', '/b/%2F'],
    ['/b/broken%', '/b/broken%'],
  ])('keeps the S3 path %s, encoded once', (path, expected) => {
    expect(lines(path, true)[1]).toBe(expected);
  });

  test.each([
    ['/a//b/../c/.', '/a/c'],
    ['/a%20b/', '/a%2520b/'],
    ['/', '/'],
  ])('normalises the path %s of other services and encodes it twice', (path, expected) => {
    expect(lines(path, false)[1]).toBe(expected);
  });

  test('sorts the query by encoded name, then value, and leaves the signature out', () => {
    const query = [
      ['b', '2'],
      ['a', 'y'],
      ['a', 'x '],
      ['B', ''],
      ['X-Amz-Signature', 'ff'],
    ] as const;
    expect(lines('/', false, query)[2]).toBe('B=&a=x%20&a=y&b=2');
  });

  test('trims header values and folds their blanks', () => {
    expect(lines('/', false).slice(3)).toEqual(['host:h', 'x:a b', '', 'host;x', 'HASH']);
  });
});
