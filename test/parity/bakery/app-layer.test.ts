import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, open, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { craftZip } from '#test/helpers/archives';
import type { CraftedEntry } from '#test/helpers/archives';
import { aBase } from '#test/helpers/bases';
import { bake } from '#bakery/bake/bake';
import { writeDisk } from '#bakery/bake/write-disk';
import { BLOCK_BYTES, GIB } from '#bakery/model';

// Debian's tools and the kernel are the other side here: erofs-utils, gdisk, mount.
const run = promisify(execFile);
const sbin = (tool: string) => `/usr/sbin/${tool}`;

/** An app with everything that is awkward in a file system: 2,000 files, long names, deep paths, all sizes of tails. */
function awkwardApp(): CraftedEntry[] {
  const random = (index: number) => createHash('sha256').update(String(index)).digest().readUInt32LE(0);
  return [
    { name: 'index.js', content: 'console.log(1)\n' },
    { name: 'empty/', content: '', mode: 0o040_755 },
    { name: 'none', content: '' },
    { name: 'run', content: '#!/usr/bin/env node\n', mode: 0o100_755 },
    { name: 'grüße/🎉 file', content: 'x' },
    { name: 'x'.repeat(255), content: 'long name' },
    { name: `${'deep/'.repeat(60)}file`, content: 'deep' },
    { name: 'link', content: 'node_modules/p1', mode: 0o120_777 },
    { name: 'dangling', content: 'not/there', mode: 0o120_777 },
    { name: 'large', content: Buffer.alloc(3_000_001, 'kiln') },
    ...[4_063, 4_064, 4_065, 4_095, 4_096, 4_097, 8_160].map((size) => ({
      name: `sizes/${size}`,
      content: Buffer.alloc(size, 's'),
    })),
    ...Array.from({ length: 2_000 }, (_, index) => ({
      name: `node_modules/p${index % 50}/lib${index % 3}/file-${index}.js`,
      content: Buffer.alloc(random(index) % 20_000, `${index} `),
    })),
    ...Array.from({ length: 1_200 }, (_, index) => ({ name: `many/entry-number-${index}`, content: '' })),
  ];
}

async function contentsOf(root: string, prefix = ''): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of await readdir(join(root, prefix))) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const status = await lstat(join(root, path));
    if (status.isDirectory()) {
      found.set(path, 'directory');
      for (const [key, value] of await contentsOf(root, path)) found.set(key, value);
    } else if (status.isSymbolicLink()) {
      found.set(path, `→ ${await readlink(join(root, path))}`);
    } else {
      const hash = createHash('sha256').update(await readFile(join(root, path)));
      found.set(path, `${(status.mode & 0o7777).toString(8)} ${hash.digest('hex')}`);
    }
  }
  return found;
}

function expectedContents(app: readonly CraftedEntry[]): Map<string, string> {
  const found = new Map<string, string>([['.kiln', 'directory']]);
  for (const { name, content = '', mode = 0o100_644 } of app) {
    const path = String(name).replace(/\/$/, '');
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      found.set(path.slice(0, slash), 'directory');
    }
    const hash = createHash('sha256').update(content).digest('hex');
    const file = `${mode === 0o100_755 ? '555' : '444'} ${hash}`;
    found.set(path, mode === 0o040_755 ? 'directory' : mode === 0o120_777 ? `→ ${String(content)}` : file);
  }
  return found;
}

jest.setTimeout(60_000);

describe('an app layer', () => {
  const app = awkwardApp();
  let directory = '';
  let layer = '';
  let disk = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kiln-parity-'));
    const { manifest, blocks } = aBase();
    const baseDisk = join(directory, 'base.raw');
    const file = await open(baseDisk, 'w+');
    await file.truncate(GIB);
    for (const [index, data] of blocks) await file.write(data, 0, data.length, index * BLOCK_BYTES);
    await file.close();
    const artifactPath = join(directory, 'app.zip');
    await writeFile(artifactPath, craftZip(app));
    const image = await bake({ artifactPath, base: manifest, workDir: directory });
    disk = join(directory, 'disk.raw');
    await writeDisk(image, baseDisk, disk);
    await image.dispose();
    layer = join(directory, 'layer.erofs');
    const whole = await open(disk);
    const bytes = await whole.read(
      Buffer.alloc(image.layer.layerBytes),
      0,
      image.layer.layerBytes,
      manifest.appOffsetBytes,
    );
    await whole.close();
    await writeFile(layer, bytes.buffer);
  }, 60_000);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('is extracted by fsck.erofs exactly as it was packed', async () => {
    const target = join(directory, 'extracted');
    await run('fsck.erofs', [`--extract=${target}`, layer]);
    const found = await contentsOf(target);
    found.delete('.kiln/process');
    expect(found).toEqual(expectedContents(app));
  });

  test('is described by dump.erofs with the right counts', async () => {
    const { stdout } = await run('dump.erofs', [layer]);
    expect(stdout).toMatch(/Filesystem features: +sb_csum/);
    expect(stdout).toMatch(new RegExp(`Filesystem inode count: +${expectedContents(app).size + 2}\\n`));
    expect(stdout).toMatch(/Filesystem created: +Thu Jan +1 00:00:00 1970/);
  });

  test('is not larger than what mkfs.erofs makes of the same files', async () => {
    const target = join(directory, 'again');
    await run('fsck.erofs', [`--extract=${target}`, layer]);
    // Version 1.5 of mkfs.erofs fails on names of 255 bytes.
    await rm(join(target, 'x'.repeat(255)));
    const other = join(directory, 'mkfs.erofs');
    await run('mkfs.erofs', [other, target], { maxBuffer: 16 * 1_048_576 });
    const [ours, theirs] = await Promise.all([lstat(layer), lstat(other)]);
    expect(ours.size).toBeLessThan(theirs.size * 1.02);
  });

  test('is noticed by fsck.erofs when its superblock is damaged', async () => {
    const damaged = join(directory, 'damaged.erofs');
    const bytes = await readFile(layer);
    bytes.writeUInt8(bytes.readUInt8(1_024 + 60) ^ 1, 1_024 + 60);
    await writeFile(damaged, bytes);
    // Version 1.5 says so and exits with 0 all the same.
    expect((await run('fsck.erofs', [damaged])).stderr).toContain('failed to verify superblock checksum');
  });

  test('lies in a partition table without problems', async () => {
    const { stdout } = await run(sbin('sgdisk'), ['--verify', disk]);
    expect(stdout).toContain('No problems found');
    const printed = await run(sbin('sgdisk'), ['--print', disk]);
    expect(printed.stdout).toMatch(/2 +3072 .* 8300 +app/);
  });

  test('is mounted by the kernel and reads the same there', async () => {
    const target = join(directory, 'mounted');
    await mkdir(target);
    try {
      await run('mount', ['-t', 'erofs', '-o', 'loop,ro', layer, target]);
    } catch (error) {
      // Not root, or a kernel without EROFS: the machine's own kernel mounts it in the end-to-end tests.
      expect(String(error)).toMatch(/permi|superuser|unknown filesystem|loop|failed/i);
      return;
    }
    try {
      const found = await contentsOf(target);
      found.delete('.kiln/process');
      expect(found).toEqual(expectedContents(app));
    } finally {
      await run('umount', [target]);
    }
  });
});
