import { open, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { inDirectory, zipOf } from '#test/helpers/archives';
import { aBase } from '#test/helpers/bases';
import { readErofs } from '#test/helpers/read-erofs';
import { bake } from '#bakery/bake/bake';
import { writeDisk } from '#bakery/bake/write-disk';
import { readGpt } from '#bakery/disk/read-gpt';
import { BLOCK_BYTES, GIB } from '#bakery/model';

test('puts the app on a copy of the base, sparsely, and leaves the base alone', async () => {
  await inDirectory(async (directory) => {
    const { manifest, blocks } = aBase({ espBlocks: 2 });
    const baseDisk = join(directory, 'base.raw');
    const file = await open(baseDisk, 'w+');
    await file.truncate(GIB);
    for (const [index, data] of blocks) await file.write(data, 0, data.length, index * BLOCK_BYTES);
    await file.close();
    const artifactPath = join(directory, 'a.zip');
    await writeFile(artifactPath, zipOf({ 'index.js': 'hello' }));
    const image = await bake({ artifactPath, base: manifest, workDir: directory });
    const disk = join(directory, 'disk.raw');
    await writeDisk(image, baseDisk, disk);
    await image.dispose();
    await expect(writeDisk(image, baseDisk, disk)).rejects.toThrow('EEXIST');

    const written = await open(disk);
    const read = async (offset: number, length: number): Promise<Buffer> =>
      (await written.read(Buffer.alloc(length), 0, length, offset)).buffer;
    const first = await read(0, BLOCK_BYTES);
    const last = await read(GIB - BLOCK_BYTES, BLOCK_BYTES);
    const table = readGpt(
      (offset, length) =>
        offset < BLOCK_BYTES
          ? first.subarray(offset, offset + length)
          : last.subarray(offset - GIB + BLOCK_BYTES, offset - GIB + BLOCK_BYTES + length),
      GIB,
    );
    expect(table.partitions.map(({ name }) => name)).toEqual(['esp', 'app']);
    expect((await read(2 * BLOCK_BYTES, 1))[0]).toBe(2);
    const app = readErofs(await read(manifest.appOffsetBytes, BLOCK_BYTES));
    expect(app.get('index.js')?.content.toString()).toBe('hello');
    await written.close();
    const { size, blocks: sectors } = await stat(disk);
    expect(size).toBe(GIB);
    expect(sectors * 512).toBeLessThan(8 * BLOCK_BYTES);
    expect((await readdir(directory)).toSorted()).toEqual(['a.zip', 'base.raw', 'disk.raw']);
  });
});
