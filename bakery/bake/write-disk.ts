import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { BLOCK_BYTES } from '../model.ts';
import type { BakedImage } from '../model.ts';

const ZEROS = Buffer.alloc(BLOCK_BYTES);

/** Writes the disk of a baked image as a sparse raw file: the base's blocks with the changed ones on top. */
export async function writeDisk(baked: BakedImage, baseDiskPath: string, outPath: string): Promise<void> {
  const base = await open(baseDiskPath, 'r');
  try {
    const out = await open(outPath, 'wx', 0o644);
    try {
      await out.truncate(baked.diskBytes);
      await copyBlocks(base, out, new Set(baked.changedBlockIndexes));
      for await (const { index, data } of baked.changedBlocks()) await writeUnlessZeros(out, index, data);
    } catch (error) {
      await rm(outPath, { force: true });
      throw error;
    } finally {
      await out.close();
    }
  } finally {
    await base.close();
  }
}

async function copyBlocks(base: FileHandle, out: FileHandle, except: ReadonlySet<number>): Promise<void> {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let index = 0; ; index++) {
    if (except.has(index)) continue;
    const { bytesRead } = await base.read(block, 0, BLOCK_BYTES, index * BLOCK_BYTES);
    if (bytesRead === 0) return;
    await writeUnlessZeros(out, index, block.subarray(0, bytesRead));
  }
}

async function writeUnlessZeros(out: FileHandle, index: number, data: Uint8Array): Promise<void> {
  if (ZEROS.subarray(0, data.length).equals(data)) return;
  await out.write(data, 0, data.length, index * BLOCK_BYTES);
}
