import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ESP_TYPE_GUID, LEGACY_BIOS_BOOTABLE, LINUX_TYPE_GUID, writeGpt } from '../disk/gpt.ts';
import { BLOCK_BYTES, GIB } from '../model.ts';
import type { Partition } from '../model.ts';
import {
  DISK_GUID,
  ESP_BYTES,
  ESP_OFFSET_BYTES,
  ESP_PARTITION_GUID,
  RUNTIME_PARTITION_GUID,
} from './base-recipe.ts';

/** The file systems of a base and the disk they go onto. */
export interface BaseDiskInput {
  readonly espPath: string;
  readonly runtimePath: string;
  /** At most 440 bytes of BIOS boot code. */
  readonly bootCode: Uint8Array;
  readonly outputPath: string;
}

/** A written base disk. */
export interface BaseDisk {
  readonly diskBytes: number;
  readonly partitions: readonly Partition[];
  readonly appOffsetBytes: number;
  /** Blocks that are not all zeros, ascending: [index, lower-case hex SHA-256]. */
  readonly blocks: readonly (readonly [index: number, sha256: string])[];
}

/** Writes the base's disk as a sparse file of 1 GiB: partition table, EFI system partition, runtime, room for the app. */
export async function writeBaseDisk(input: BaseDiskInput): Promise<BaseDisk> {
  const partitions = await layOut(input.runtimePath);
  const runtime = partitions[1];
  const appOffsetBytes = runtime.offsetBytes + runtime.lengthBytes;
  const diskBytes = Math.ceil((appOffsetBytes + GIB / 2) / GIB) * GIB;
  const disk = await open(input.outputPath, 'wx+');
  const blocks = new Map<number, string>();
  try {
    await disk.truncate(diskBytes);
    await copyBlocks(input.espPath, disk, partitions[0].offsetBytes, blocks);
    await copyBlocks(input.runtimePath, disk, runtime.offsetBytes, blocks);
    const table = { diskGuid: DISK_GUID, diskBytes, partitions, bootCode: input.bootCode };
    for (const piece of writeGpt(table)) {
      await disk.write(piece.data, 0, piece.data.length, piece.offsetBytes);
      const index = Math.floor(piece.offsetBytes / BLOCK_BYTES);
      const block = Buffer.alloc(BLOCK_BYTES);
      await disk.read(block, 0, BLOCK_BYTES, index * BLOCK_BYTES);
      blocks.set(index, sha256(block));
    }
    await disk.sync();
  } finally {
    await disk.close();
  }
  return {
    diskBytes,
    partitions,
    appOffsetBytes,
    blocks: [...blocks].toSorted(([left], [right]) => left - right),
  };
}

async function layOut(runtimePath: string): Promise<readonly [esp: Partition, runtime: Partition]> {
  const runtimeBytes = (await stat(runtimePath)).size;
  const esp: Partition = {
    name: 'esp',
    typeGuid: ESP_TYPE_GUID,
    partitionGuid: ESP_PARTITION_GUID,
    offsetBytes: ESP_OFFSET_BYTES,
    lengthBytes: ESP_BYTES,
    attributes: LEGACY_BIOS_BOOTABLE,
  };
  const runtime: Partition = {
    name: 'runtime',
    typeGuid: LINUX_TYPE_GUID,
    partitionGuid: RUNTIME_PARTITION_GUID,
    offsetBytes: ESP_OFFSET_BYTES + ESP_BYTES,
    lengthBytes: Math.ceil(runtimeBytes / BLOCK_BYTES) * BLOCK_BYTES,
    attributes: '0000000000000000',
  };
  return [esp, runtime];
}

/** Copies a file onto the disk block by block, leaves holes where it is zero, and notes what it wrote. */
async function copyBlocks(
  path: string,
  disk: FileHandle,
  offsetBytes: number,
  blocks: Map<number, string>,
): Promise<void> {
  const source = await open(path);
  try {
    for (let position = 0; ; position += BLOCK_BYTES) {
      const block = Buffer.alloc(BLOCK_BYTES);
      const { bytesRead } = await source.read(block, 0, BLOCK_BYTES, position);
      if (bytesRead === 0) return;
      if (block.equals(ZEROS)) continue;
      await disk.write(block, 0, BLOCK_BYTES, offsetBytes + position);
      blocks.set((offsetBytes + position) / BLOCK_BYTES, sha256(block));
    }
  } finally {
    await source.close();
  }
}

const ZEROS = Buffer.alloc(BLOCK_BYTES);

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
