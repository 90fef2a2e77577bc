import { createHash } from 'node:crypto';
import { blockRoot } from '#bakery/bake/block-root';
import { ESP_TYPE_GUID, LEGACY_BIOS_BOOTABLE, writeGpt } from '#bakery/disk/gpt';
import { BLOCK_BYTES, GIB } from '#bakery/model';
import type { BaseManifest } from '#bakery/model';

/** A small base and the blocks of its disk that are not zeros. */
export interface FakeBase {
  readonly manifest: BaseManifest;
  readonly blocks: ReadonlyMap<number, Buffer>;
}

/** Makes a base of 1 GiB with one partition of `espBlocks` blocks and nothing bootable on it. */
export function aBase({ espBlocks = 2, runtimePath = '/usr/bin/node' } = {}): FakeBase {
  const bootCode = Buffer.alloc(440, 0x90);
  const diskGuid = '0FC63DAF-0000-4000-8000-000000000001';
  const partitions = [
    {
      name: 'esp',
      typeGuid: ESP_TYPE_GUID,
      partitionGuid: '0FC63DAF-0000-4000-8000-000000000002',
      offsetBytes: BLOCK_BYTES,
      lengthBytes: espBlocks * BLOCK_BYTES,
      attributes: LEGACY_BIOS_BOOTABLE,
    },
  ];
  const blocks = new Map<number, Buffer>();
  for (const { offsetBytes, data } of writeGpt({ diskGuid, diskBytes: GIB, partitions, bootCode })) {
    const index = Math.floor(offsetBytes / BLOCK_BYTES);
    const block = Buffer.alloc(BLOCK_BYTES);
    block.set(data, offsetBytes % BLOCK_BYTES);
    blocks.set(index, block);
  }
  for (let index = 1; index <= espBlocks; index++) blocks.set(index, Buffer.alloc(BLOCK_BYTES, index));
  const hashes = [...blocks]
    .map(([index, data]) => [index, createHash('sha256').update(data).digest('hex')] as const)
    .toSorted(([a], [b]) => a - b);
  return {
    blocks,
    manifest: {
      manifestVersion: 1,
      name: 'fake',
      architecture: 'x86_64',
      digest: blockRoot(hashes),
      diskGuid,
      diskBytes: GIB,
      bootCode: bootCode.toString('base64'),
      partitions,
      appOffsetBytes: (1 + espBlocks) * BLOCK_BYTES,
      blocks: hashes,
      runtimePath,
      inputs: [],
    },
  };
}
