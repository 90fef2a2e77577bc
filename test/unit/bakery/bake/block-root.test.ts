import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { blockRoot, ZERO_BLOCK_SHA256 } from '#bakery/bake/block-root';
import { BLOCK_BYTES } from '#bakery/model';

const hashOf = (byte: number): string =>
  createHash('sha256').update(Buffer.alloc(BLOCK_BYTES, byte)).digest('hex');

test('is the hash over index and hash of each block', () => {
  const records = Buffer.alloc(80);
  records.writeBigUInt64LE(3n, 0);
  records.write(hashOf(1), 8, 'hex');
  records.writeBigUInt64LE(2n ** 33n, 40);
  records.write(hashOf(2), 48, 'hex');
  const expected = `sha256:${createHash('sha256').update(records).digest('hex')}`;
  expect(
    blockRoot([
      [3, hashOf(1)],
      [2 ** 33, hashOf(2)],
    ]),
  ).toBe(expected);
});

test('does not count blocks of zeros', () => {
  expect(ZERO_BLOCK_SHA256).toBe(hashOf(0));
  expect(
    blockRoot([
      [0, hashOf(1)],
      [1, hashOf(0)],
    ]),
  ).toBe(blockRoot([[0, hashOf(1)]]));
});

test('differs when a block moves', () => {
  expect(blockRoot([[0, hashOf(1)]])).not.toBe(blockRoot([[1, hashOf(1)]]));
});

test('refuses blocks that are not ascending and hashes that are none', () => {
  expect(() =>
    blockRoot([
      [1, hashOf(1)],
      [1, hashOf(1)],
    ]),
  ).toThrow('not ascending');
  expect(() => blockRoot([[0, 'abc']])).toThrow('not a SHA-256');
});
