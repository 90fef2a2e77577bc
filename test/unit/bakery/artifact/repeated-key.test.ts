import { describe, expect, test } from '@jest/globals';
import { repeatedKey } from '#bakery/artifact/repeated-key';

describe('repeatedKey', () => {
  test.each([
    ['{"a": 1, "a": 2}', 'a'],
    ['{"a":{"b":1,"c":[],"b":2}}', 'b'],
    ['[{"a": 1}, {"b": [{"c": 1, "c": 1}]}]', 'c'],
    [String.raw`{"port": 1, "p\u006frt" : 2}`, 'port'],
    [String.raw`{"a\"": 1, "x": "}", "a\"": 2}`, 'a"'],
    ['{"": 1, "": 1}', ''],
  ])('finds the name that %s has twice', (text, key) => {
    expect(repeatedKey(text)).toBe(key);
  });

  test.each([
    '{}',
    'null',
    '"a"',
    '{"a": {"a": {"a": 1}}}',
    '[{"a": 1}, {"a": 1}]',
    '{"a": "a", "b": ["a", "a"]}',
    String.raw`{"a": "{\"b\": 1, \"b\": 2}", "b": "\\"}`,
    '{"a": 1, "A": 2}',
  ])('finds nothing in %s', (text) => {
    expect(repeatedKey(text)).toBeUndefined();
  });
});
