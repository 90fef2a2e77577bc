import { describe, expect, test } from '@jest/globals';
import { wildcard } from '#localcloud/load-balancer/wildcard';

describe('wildcard', () => {
  test.each([
    ['*.example.com', 'a.b.EXAMPLE.com', true],
    ['*.example.com', 'example.com', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a.c', 'abc', false],
    ['/img/[a]+(b)', '/img/[a]+(b)', true],
    ['a\\*c', 'a*c', true],
    ['a\\*c', 'abc', false],
  ])('%s against %s', (pattern, text, matches) => {
    expect(wildcard(pattern, false).test(text)).toBe(matches);
  });

  test('tells cases apart when asked to', () => {
    expect(wildcard('/A*', true).test('/abc')).toBe(false);
  });
});
