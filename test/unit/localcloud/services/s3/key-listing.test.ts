import { describe, expect, test } from '@jest/globals';
import { afterPrefix, commonPrefixOf, listPage } from '#localcloud/services/s3/key-listing';

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

const rowsOf =
  (keys: readonly string[]) =>
  (from: string): { key: string }[] =>
    keys.filter((key) => byBytes(key, from) >= 0).map((key) => ({ key }));

// Seeded, so that a failure can be run again.
const randomKeys = (seed: number): string[] => {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const alphabet = ['a', 'b', '/', '/', '0', '.', '\u{10ffff}', '\ud7ff', '\ue000', 'é'];
  const keys = Array.from({ length: 60 }, () =>
    Array.from({ length: 1 + next(6) }, () => alphabet[next(alphabet.length)]).join(''),
  );
  return [...new Set(keys)].toSorted(byBytes);
};

describe('listPage', () => {
  test('pages of any size add up to what one walk over all keys gives', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const keys = randomKeys(seed);
      for (const [prefix, delimiter] of [
        ['', '/'],
        ['a', '/'],
        ['a/', '/'],
        ['', ''],
        ['b', 'a/'],
      ] as const) {
        const query = { prefix, delimiter, maxKeys: 1 + (seed % 4) };
        const expected = new Set(
          keys.filter((key) => key.startsWith(prefix)).map((key) => commonPrefixOf(key, query) ?? key),
        );
        const found: string[] = [];
        let from: string | undefined = '';
        while (from !== undefined) {
          const page: ReturnType<typeof listPage<{ key: string }>> = listPage(query, from, rowsOf(keys));
          expect(page.rows.length + page.prefixes.length).toBeLessThanOrEqual(query.maxKeys);
          found.push(...[...page.rows.map(({ key }) => key), ...page.prefixes].toSorted(byBytes));
          expect(page.truncated).toBe(page.next !== undefined);
          from = page.next;
        }
        expect(found).toEqual([...expected].toSorted(byBytes));
      }
    }
  });

  test('reads one row per common prefix, however many keys are below', () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `a/${String(index).padStart(4, '0')}`);
    let reads = 0;
    const page = listPage({ prefix: '', delimiter: '/', maxKeys: 10 }, '', function* (from) {
      for (const row of rowsOf([...keys, 'b'])(from)) {
        reads += 1;
        yield row;
      }
    });
    expect(page).toMatchObject({ prefixes: ['a/'], rows: [{ key: 'b' }], truncated: false });
    expect(reads).toBe(2);
  });

  test('the successor of a prefix skips surrogates and carries over the last code point', () => {
    expect(afterPrefix('a/')).toBe('a0');
    expect(afterPrefix('\ud7ff')).toBe('\ue000');
    expect(afterPrefix('a\u{10ffff}')).toBe('b');
    expect(afterPrefix('\u{10ffff}')).toBeUndefined();
  });
});
