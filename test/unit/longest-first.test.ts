import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { LONGEST, LongestFirst } from '#test/longest-first';

const suite = (name: string, bytes: number) => ({
  path: `/clone/test/${name}.test.ts`,
  context: { hasteFS: { getSize: () => bytes } },
});

describe('LongestFirst', () => {
  test('runs the suites that are known to take long in their order, then the others by the size of their files', () => {
    const [first = '', second = ''] = LONGEST;
    const suites = [suite('parity/s3', 10), suite(second, 1), suite('parity/large', 20), suite(first, 5)];
    const sequencer = new LongestFirst();
    // oxlint-disable-next-line unicorn/no-array-sort -- it is Jest's sequencer, no array
    const order = sequencer.sort(suites);
    expect(order.map(({ path }) => path)).toEqual(
      [first, second, 'parity/large', 'parity/s3'].map((name) => suite(name, 0).path),
    );
  });

  test.each(LONGEST)('%s is a suite', (name) => {
    expect(existsSync(`test/${name}.test.ts`)).toBe(true);
  });
});
