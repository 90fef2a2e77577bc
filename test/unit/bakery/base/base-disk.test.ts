import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBaseDisk } from '#bakery/base/base-disk';
import type { BaseDisk } from '#bakery/base/base-disk';
import { BLOCK_BYTES, GIB } from '#bakery/model';

let directory: string;
let disk: BaseDisk;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kiln-disk-'));
  const esp = Buffer.alloc(4 * BLOCK_BYTES);
  esp.fill(0x11, 2 * BLOCK_BYTES, 2 * BLOCK_BYTES + 1);
  await writeFile(join(directory, 'esp'), esp);
  await writeFile(join(directory, 'runtime'), Buffer.alloc(BLOCK_BYTES + 1, 0x22));
  disk = await writeBaseDisk({
    espPath: join(directory, 'esp'),
    runtimePath: join(directory, 'runtime'),
    bootCode: Buffer.from('boot'),
    outputPath: join(directory, 'base.raw'),
  });
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function sha256OfBlock(index: number): Promise<string> {
  const file = await open(join(directory, 'base.raw'));
  const block = Buffer.alloc(BLOCK_BYTES);
  await file.read(block, 0, BLOCK_BYTES, index * BLOCK_BYTES);
  await file.close();
  return createHash('sha256').update(block).digest('hex');
}

describe('writeBaseDisk', () => {
  test('starts and ends every partition on a block and leaves the rest to the app layer', () => {
    const [esp, runtime] = disk.partitions;
    expect(esp).toMatchObject({ name: 'esp', offsetBytes: 2 * BLOCK_BYTES, attributes: '0000000000000004' });
    expect(runtime).toMatchObject({ name: 'runtime', lengthBytes: 2 * BLOCK_BYTES });
    expect((runtime?.offsetBytes ?? 0) % BLOCK_BYTES).toBe(0);
    expect(disk.appOffsetBytes).toBe((runtime?.offsetBytes ?? 0) + 2 * BLOCK_BYTES);
    expect(disk.diskBytes).toBe(GIB);
  });

  test('lists exactly the blocks that are not zeros, with the hash of what is on the disk', async () => {
    const runtimeBlock = (disk.partitions[1]?.offsetBytes ?? 0) / BLOCK_BYTES;
    const indexes = disk.blocks.map(([index]) => index);
    expect(indexes).toEqual([0, 4, runtimeBlock, runtimeBlock + 1, GIB / BLOCK_BYTES - 1]);
    for (const [index, sha256] of disk.blocks) expect(await sha256OfBlock(index)).toBe(sha256);
  });

  test('keeps the disk sparse', async () => {
    const { size, blocks } = await stat(join(directory, 'base.raw'));
    expect(size).toBe(GIB);
    expect(blocks * 512).toBeLessThan(6 * BLOCK_BYTES);
  });
});
