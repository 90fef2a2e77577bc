import { describe, expect, test } from '@jest/globals';
import { applyFilters } from '#localcloud/services/ec2/filters';

interface Item {
  readonly id: string;
  readonly zones: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

const items: readonly Item[] = [
  { id: 'one', zones: ['a'], tags: { app: 'hello', env: 'dev' } },
  { id: 'two', zones: ['a', 'b'], tags: { app: 'hello*' } },
  { id: 'three', zones: [], tags: {} },
];

const find = (...filters: { Name: string; Values: string[] }[]): string[] =>
  applyFilters(items, filters, { id: ({ id }) => [id], zone: ({ zones }) => zones }, ({ tags }) => tags).map(
    ({ id }) => id,
  );

describe('EC2 filters', () => {
  test('all filters must match, of each one value', () => {
    expect(find({ Name: 'zone', Values: ['b', 'c'] })).toEqual(['two']);
    expect(find({ Name: 'zone', Values: ['a'] }, { Name: 'tag:env', Values: ['dev'] })).toEqual(['one']);
    expect(find()).toEqual(['one', 'two', 'three']);
  });

  test('star and question mark are wildcards, a backslash makes them plain, the rest is plain', () => {
    expect(find({ Name: 'id', Values: ['t*'] })).toEqual(['two', 'three']);
    expect(find({ Name: 'id', Values: ['t?o'] })).toEqual(['two']);
    expect(find({ Name: 'tag:app', Values: ['hello\\*'] })).toEqual(['two']);
    expect(find({ Name: 'id', Values: ['.*'] })).toEqual([]);
  });

  test('tags by key, by value, and by both', () => {
    expect(find({ Name: 'tag-key', Values: ['env'] })).toEqual(['one']);
    expect(find({ Name: 'tag-value', Values: ['hello'] })).toEqual(['one']);
    expect(find({ Name: 'tag:missing', Values: ['*'] })).toEqual([]);
  });

  test('an unknown filter is refused even when nothing is left to filter', () => {
    expect(() => find({ Name: 'id', Values: [] }, { Name: 'colour', Values: ['red'] })).toThrow(
      "The filter 'colour' is invalid",
    );
  });
});
