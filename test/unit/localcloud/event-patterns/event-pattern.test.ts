import { describe, expect, test } from '@jest/globals';
import { compileEventPattern, parseEventPattern } from '#localcloud/event-patterns/event-pattern';

const matches = (pattern: object, event: object): boolean => compileEventPattern(pattern).matches(event);

describe('an event pattern', () => {
  test('matches the drop of an artifact', () => {
    const pattern = {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: ['artifacts'] },
        object: { key: [{ prefix: 'apps/' }], size: [{ numeric: ['>', 0] }] },
      },
    };
    const event = (key: string): object => ({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: 'artifacts' }, object: { key, size: 5 } },
    });
    expect(matches(pattern, event('apps/hello/1.0.0.zip'))).toBe(true);
    expect(matches(pattern, event('other/hello.zip'))).toBe(false);
  });

  test('wants all its fields of the same element of an array', () => {
    const pattern = { detail: { targets: { id: ['a'], state: ['healthy'] } } };
    const event = (targets: object[]): object => ({ detail: { targets } });
    expect(
      matches(
        pattern,
        event([
          { id: 'b', state: 'x' },
          { id: 'a', state: 'healthy' },
        ]),
      ),
    ).toBe(true);
    expect(
      matches(
        pattern,
        event([
          { id: 'a', state: 'x' },
          { id: 'b', state: 'healthy' },
        ]),
      ),
    ).toBe(false);
  });

  test('takes an empty array for a missing field', () => {
    expect(matches({ resources: [{ exists: false }] }, { resources: [] })).toBe(true);
    expect(matches({ resources: [{ exists: true }] }, { resources: [] })).toBe(false);
  });

  test('knows a star that is meant as a star', () => {
    const pattern = { a: [{ wildcard: 'x\\*y*' }] };
    expect(matches(pattern, { a: 'x*yz' })).toBe(true);
    expect(matches(pattern, { a: 'xxyz' })).toBe(false);
  });

  test('takes $or for a field when it holds no alternatives', () => {
    expect(matches({ $or: ['x'] }, { $or: 'x' })).toBe(true);
    expect(matches({ a: [1], $or: [{ b: [1] }, { c: [1] }] }, { a: 1, c: 1 })).toBe(true);
    expect(matches({ a: [1], $or: [{ b: [1] }, { c: [1] }] }, { a: 1 })).toBe(false);
  });

  test('does not mistake members of Object for fields', () => {
    expect(matches({ constructor: [{ exists: true }] }, {})).toBe(false);
    expect(matches({ ['__proto__']: { a: [1] } }, { a: 1 })).toBe(false);
  });

  test.each([
    '',
    'x',
    '[]',
    '{}',
    '{"a":{}}',
    '{"a":[[1]]}',
    '{"a":[{"prefix":"a","suffix":"b"}]}',
    '{"a":[{"exists":"x"}]}',
  ])('is refused: %s', (text) => {
    expect(() => parseEventPattern(text)).toThrow(/^Event pattern is not valid\. Reason: /);
  });
});
