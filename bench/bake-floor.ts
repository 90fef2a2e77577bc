import { hash } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { BLOCK_BYTES } from '#bakery/model';
import { timed } from './measure.ts';
import type { Contestant } from './measure.ts';

const BATCH_BYTES = 524_288;
const inflate = promisify(gunzip);

interface Batch {
  readonly gzip: Buffer;
  readonly bytes: number;
}

/**
 * What no bake can do without, with everything else taken away: the files inflated by zlib on all threads of Node's
 * pool, and the layer hashed and written beside it from memory. Input is prepared, output is thrown away.
 */
export async function bakeFloor(
  appDirectory: string,
  layerPath: string,
  outPath: string,
): Promise<{ readonly inflateOnly: Contestant; readonly inflateHashWrite: Contestant }> {
  const batches = await compressedBatches(appDirectory);
  const layer = await readFile(layerPath);
  return {
    inflateOnly: () => timed(() => inflateAll(batches)),
    inflateHashWrite: async () => {
      const milliseconds = await timed(() =>
        Promise.all([inflateAll(batches), hashAndWrite(layer, outPath)]),
      );
      await rm(outPath);
      return milliseconds;
    },
  };
}

// As many members in one call as a bake takes, so that the cost of the call itself does not show.
async function compressedBatches(directory: string): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  let members: Buffer[] = [];
  let bytes = 0;
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const content = await readFile(join(entry.parentPath, entry.name));
    const member = gzipSync(content);
    // Stored in the zip, as what compression does not make smaller.
    if (member.length >= content.length) continue;
    members.push(member);
    bytes += content.length;
    if (bytes >= BATCH_BYTES) {
      batches.push({ gzip: Buffer.concat(members), bytes });
      members = [];
      bytes = 0;
    }
  }
  if (bytes > 0) batches.push({ gzip: Buffer.concat(members), bytes });
  return batches;
}

async function inflateAll(batches: readonly Batch[]): Promise<void> {
  const queue = batches.values();
  const lane = async (): Promise<void> => {
    for (const { gzip, bytes } of queue) {
      const content = await inflate(gzip, { chunkSize: bytes + 64 });
      if (content.length !== bytes) throw new Error(`inflated ${content.length} bytes, not ${bytes}`);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

async function hashAndWrite(layer: Buffer, path: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (let at = 0; at < layer.length; at += BLOCK_BYTES) {
      const block = layer.subarray(at, at + BLOCK_BYTES);
      const writing = file.write(block, 0, block.length, at);
      hash('sha256', block);
      await writing;
    }
  } finally {
    await file.close();
  }
}
