import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { BLOCK_BYTES } from '../model.ts';
import type { BakedImage } from '../model.ts';

const ZEROS = Buffer.alloc(BLOCK_BYTES);
const BLOCKS_AT_ONCE = 8;

/**
 * Writes the disk of a baked image as a sparse raw file: the base's blocks with the changed ones on top. `outPath` must
 * not exist; it is removed again when the writing fails.
 */
export async function writeDisk(baked: BakedImage, baseDiskPath: string, outPath: string): Promise<void> {
  const base = await open(baseDiskPath, 'r');
  try {
    const out = await open(outPath, 'wx', 0o644);
    try {
      await out.truncate(baked.diskBytes);
      for (const run of runsOf(baked.keptBlockIndexes)) await copyBlocks(base, out, run);
      for await (const { index, data } of baked.changedBlocks()) {
        if (!ZEROS.equals(data)) await writeWhole(out, data, index * BLOCK_BYTES);
      }
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

interface BlockRun {
  readonly first: number;
  count: number;
}

function runsOf(indexes: readonly number[]): readonly BlockRun[] {
  const runs: BlockRun[] = [];
  for (const index of indexes) {
    const last = runs.at(-1);
    if (last !== undefined && last.count < BLOCKS_AT_ONCE && last.first + last.count === index)
      last.count += 1;
    else runs.push({ first: index, count: 1 });
  }
  return runs;
}

async function copyBlocks(base: FileHandle, out: FileHandle, { first, count }: BlockRun): Promise<void> {
  const bytes = count * BLOCK_BYTES;
  const { bytesRead, buffer } = await base.read(Buffer.allocUnsafe(bytes), 0, bytes, first * BLOCK_BYTES);
  if (bytesRead !== bytes)
    throw new Error(`the base's disk ends before block ${first + count - 1}, which it should have`);
  await writeWhole(out, buffer, first * BLOCK_BYTES);
}

async function writeWhole(out: FileHandle, data: Uint8Array, offset: number): Promise<void> {
  const { bytesWritten } = await out.write(data, 0, data.length, offset);
  if (bytesWritten !== data.length)
    throw new Error(`wrote ${bytesWritten} of ${data.length} bytes: the disk is full`);
}
