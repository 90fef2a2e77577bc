import { expect, test } from '@jest/globals';
import { aBase } from '#test/helpers/bases';
import { ZERO_BLOCK_SHA256 } from '#bakery/bake/block-root';
import { changedBlocks } from '#bakery/bake/changed-blocks';
import { readGpt } from '#bakery/disk/read-gpt';
import { BLOCK_BYTES, GIB } from '#bakery/model';

const LAST = GIB / BLOCK_BYTES - 1;
const layer = (blocks: number): string[] =>
  Array.from({ length: blocks }, (_, index) => (index + 1).toString(16).padStart(64, '0'));

test('changes the partition tables and the blocks of the app, nothing else', () => {
  const { manifest } = aBase({ espBlocks: 2 });
  const { changed, kept, diskBytes } = changedBlocks(manifest, layer(3));
  expect(changed.map(({ index }) => index)).toEqual([0, 3, 4, 5, LAST]);
  expect(kept).toEqual([1, 2]);
  expect(diskBytes).toBe(GIB);
});

test('leaves out blocks of the app that are zeros on both sides', () => {
  const { manifest } = aBase();
  const hashes = layer(3).with(1, ZERO_BLOCK_SHA256);
  expect(changedBlocks(manifest, hashes).changed.map(({ index }) => index)).toEqual([0, 3, 5, LAST]);
});

test('writes zeros where the base has something else', () => {
  const { manifest } = aBase();
  const dirty = { ...manifest, blocks: manifest.blocks.toSpliced(3, 0, [3, 'aa'.repeat(32)]) };
  const { changed } = changedBlocks(dirty, [ZERO_BLOCK_SHA256, ...layer(1)]);
  expect(changed.map(({ index }) => index)).toEqual([0, 3, 4, LAST]);
});

test('keeps boot code, disk GUID and partitions of the base and adds the app', () => {
  const { manifest } = aBase();
  const { changed, diskBytes } = changedBlocks(manifest, layer(3));
  const table = readGpt((offset, length) => {
    const block = changed.find(({ index }) => index === Math.floor(offset / BLOCK_BYTES));
    if (block?.source.kind !== 'memory') throw new Error(`nothing at ${offset}`);
    return block.source.data.subarray(offset % BLOCK_BYTES, (offset % BLOCK_BYTES) + length);
  }, diskBytes);
  expect(table.diskGuid).toBe(manifest.diskGuid);
  expect(Buffer.from(table.bootCode).toString('base64')).toBe(manifest.bootCode);
  expect(table.partitions.slice(0, -1)).toEqual(manifest.partitions);
  expect(table.partitions.at(-1)).toMatchObject({
    name: 'app',
    offsetBytes: manifest.appOffsetBytes,
    lengthBytes: 3 * BLOCK_BYTES,
  });
});

test('gives another app another partition GUID and another digest', () => {
  const { manifest } = aBase();
  expect(changedBlocks(manifest, layer(3)).digest).toBe(changedBlocks(manifest, layer(3)).digest);
  expect(changedBlocks(manifest, layer(3)).digest).not.toBe(changedBlocks(manifest, layer(4)).digest);
});

test('fills the disk to its last but one block before it grows', () => {
  const { manifest } = aBase({ espBlocks: 2 });
  const room = GIB / BLOCK_BYTES - 4;
  expect(changedBlocks(manifest, layer(room)).diskBytes).toBe(GIB);
  const grown = changedBlocks(manifest, layer(room + 1));
  expect(grown.diskBytes).toBe(2 * GIB);
  expect(grown.changed.find(({ index }) => index === LAST)?.source.kind).toBe('layer');
});

test('erases the old backup table when the disk grows beyond it', () => {
  const { manifest } = aBase();
  const farther = { ...manifest, appOffsetBytes: GIB };
  const { changed, diskBytes } = changedBlocks(farther, layer(1));
  expect(diskBytes).toBe(2 * GIB);
  expect(changed.map(({ index, sha256 }) => [index, sha256 === ZERO_BLOCK_SHA256])).toEqual([
    [0, false],
    [LAST, true],
    [LAST + 1, false],
    [2 * LAST + 1, false],
  ]);
});

test('refuses a base that is not laid out in whole blocks', () => {
  const { manifest } = aBase();
  expect(() => changedBlocks({ ...manifest, appOffsetBytes: 1_048_577 }, layer(1))).toThrow('whole blocks');
  expect(() => changedBlocks({ ...manifest, diskBytes: GIB + BLOCK_BYTES }, layer(1))).toThrow(
    'whole blocks',
  );
});
