import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { inDirectory } from '#test/helpers/archives';
import { BlockWriter } from '#bakery/disk/block-writer';
import { BLOCK_BYTES } from '#bakery/model';

test('writes what was appended, filled up with zeros, and hashes every block', async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, 'blocks');
    const file = await open(path, 'w+');
    const writer = new BlockWriter(file);
    const parts = Array.from({ length: 40 }, (_, index) => Buffer.alloc(100_003, index + 1));
    for (const part of parts) {
      writer.append(part);
      writer.align(4_096);
      await writer.settled();
    }
    const hashes = await writer.finish((first) => first.write('late', 0));
    await file.close();
    const written = await readFile(path);
    expect(written.length).toBe(hashes.length * BLOCK_BYTES);
    expect(written.toString('latin1', 0, 5)).toBe('late\x01');
    for (const [index, part] of parts.entries()) {
      const at = index * 102_400;
      expect(written.subarray(at + 4, at + 100_003).equals(part.subarray(4))).toBe(true);
      expect(written.subarray(at + 100_003, at + 102_400).every((byte) => byte === 0)).toBe(true);
    }
    expect(hashes).toEqual(
      hashes.map((_, index) =>
        createHash('sha256')
          .update(written.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES))
          .digest('hex'),
      ),
    );
  });
});

test('reports that a block could not be written', async () => {
  const full = { write: () => Promise.reject(new Error('no space left on device')) } as unknown as FileHandle;
  const writer = new BlockWriter(full);
  writer.append(Buffer.alloc(3 * BLOCK_BYTES));
  await expect(writer.finish(() => undefined)).rejects.toThrow('no space left');
});
