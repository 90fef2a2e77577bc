import { createHash } from 'node:crypto';
import { guidFromHash } from '../disk/guid.ts';
import { LINUX_TYPE_GUID, writeGpt } from '../disk/gpt.ts';
import { BLOCK_BYTES, GIB } from '../model.ts';
import type { BaseManifest, Partition } from '../model.ts';
import { blockRoot, ZERO_BLOCK_SHA256 } from './block-root.ts';

/** Where the bytes of a changed block are. */
export type BlockSource =
  | { readonly kind: 'layer'; readonly offsetBytes: number }
  | { readonly kind: 'memory'; readonly data: Uint8Array };

/** A block of the new disk that differs from the base, and where it comes from. */
export interface PlacedBlock {
  readonly index: number;
  readonly sha256: string;
  readonly source: BlockSource;
}

/** The new disk in relation to its base. */
export interface DiskChanges {
  readonly diskBytes: number;
  readonly digest: string;
  /** Ascending by index. */
  readonly changed: readonly PlacedBlock[];
  /** Indexes of the base's blocks that stay, ascending. */
  readonly kept: readonly number[];
}

/** Puts an app layer, given by the hashes of its blocks, behind the partitions of the base. */
export function changedBlocks(base: BaseManifest, layerHashes: readonly string[]): DiskChanges {
  const layerBytes = layerHashes.length * BLOCK_BYTES;
  const diskBytes = diskBytesFor(base, layerBytes);
  const placed = new Map<number, PlacedBlock>();
  const place = (index: number, sha256: string, source: BlockSource): void => {
    placed.set(index, { index, sha256, source });
  };
  if (diskBytes > base.diskBytes) {
    const old = base.diskBytes / BLOCK_BYTES - 1;
    place(old, ZERO_BLOCK_SHA256, { kind: 'memory', data: new Uint8Array(BLOCK_BYTES) });
  }
  const firstIndex = base.appOffsetBytes / BLOCK_BYTES;
  for (const [index, sha256] of layerHashes.entries()) {
    place(firstIndex + index, sha256, { kind: 'layer', offsetBytes: index * BLOCK_BYTES });
  }
  for (const { index, data } of tableBlocks(base, diskBytes, appPartition(base, layerHashes))) {
    place(index, createHash('sha256').update(data).digest('hex'), { kind: 'memory', data });
  }
  const before = new Map(base.blocks);
  const after = new Map(before);
  for (const { index, sha256 } of placed.values()) after.set(index, sha256);
  return {
    diskBytes,
    digest: blockRoot(Array.from(after).toSorted(([a], [b]) => a - b)),
    changed: Array.from(placed.values())
      .filter(({ index, sha256 }) => (before.get(index) ?? ZERO_BLOCK_SHA256) !== sha256)
      .toSorted((a, b) => a.index - b.index),
    kept: base.blocks.filter(([index, sha256]) => after.get(index) === sha256).map(([index]) => index),
  };
}

function diskBytesFor(base: BaseManifest, layerBytes: number): number {
  if (base.appOffsetBytes % BLOCK_BYTES !== 0 || base.diskBytes % GIB !== 0) {
    throw new RangeError(
      `base '${base.name}' is not laid out in whole blocks: app at ${base.appOffsetBytes}, ${base.diskBytes} bytes`,
    );
  }
  // The last block holds the backup partition table.
  const needed = base.appOffsetBytes + layerBytes + BLOCK_BYTES;
  return Math.max(base.diskBytes, Math.ceil(needed / GIB) * GIB);
}

function appPartition(base: BaseManifest, layerHashes: readonly string[]): Partition {
  const digest = blockRoot(layerHashes.entries());
  return {
    name: 'app',
    typeGuid: LINUX_TYPE_GUID,
    partitionGuid: guidFromHash(Buffer.from(digest.slice('sha256:'.length), 'hex')),
    offsetBytes: base.appOffsetBytes,
    lengthBytes: layerHashes.length * BLOCK_BYTES,
    attributes: '0000000000000000',
  };
}

function tableBlocks(
  base: BaseManifest,
  diskBytes: number,
  app: Partition,
): { index: number; data: Uint8Array }[] {
  const pieces = writeGpt({
    diskGuid: base.diskGuid,
    diskBytes,
    partitions: [...base.partitions, app],
    bootCode: Buffer.from(base.bootCode, 'base64'),
  });
  return pieces.map(({ offsetBytes, data }) => {
    const index = Math.floor(offsetBytes / BLOCK_BYTES);
    const block = Buffer.alloc(BLOCK_BYTES);
    block.set(data, offsetBytes - index * BLOCK_BYTES);
    return { index, data: block };
  });
}
