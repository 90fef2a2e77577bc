import { describe, expect, test } from '@jest/globals';
import { termsOf } from '#localcloud/services/logs/filter-pattern';

describe('a filter pattern', () => {
  test.each([
    ['', []],
    ['error', ['error']],
    ['two words', ['two', 'words']],
    ['"a phrase" word', ['a phrase', 'word']],
    [String.raw`"a \"quoted\" one"`, ['a "quoted" one']],
  ])('%j asks for %j', (pattern, terms) => {
    expect(termsOf(pattern)).toEqual(terms);
  });

  test.each([['{ $.level = "x" }'], ['[ip, user]'], ['?a ?b'], ['-debug']])(
    '%j is refused, not ignored',
    (pattern) => {
      expect(() => termsOf(pattern)).toThrow('the local cloud');
    },
  );
});
