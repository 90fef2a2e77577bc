import { describe, expect, test } from '@jest/globals';
import { compileWildcard } from '#localcloud/policies/wildcard';

describe('compileWildcard', () => {
  test.each([
    ['*', 'anything/at:all', true],
    ['arn:aws:s3:::drop/apps/*', 'arn:aws:s3:::drop/apps/a/1.zip', true],
    ['arn:aws:s3:::drop/apps/*', 'arn:aws:s3:::drop/app', false],
    ['arn:aws:s3:::drop', 'arn:aws:s3:::dropp', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a.c', 'abc', false],
    ['a*\nb', 'ax\nb', true],
    ['a${*}c', 'a*c', true],
    ['a${*}c*', 'abc', false],
  ])('%j on %j: %j', (pattern, text, expected) => {
    expect(compileWildcard(pattern)(text)).toBe(expected);
  });

  test('actions match in any case', () => {
    expect(compileWildcard('S3:get*', { ignoreCase: true })('s3:GetObject')).toBe(true);
    expect(compileWildcard('s3:getobject', { ignoreCase: true })('s3:GetObject')).toBe(true);
  });
});
