import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inDirectory, tgzOf, zipOf } from '#test/helpers/archives';
import { aBase } from '#test/helpers/bases';
import { readErofs } from '#test/helpers/read-erofs';
import { bake } from '#bakery/bake/bake';
import type { BakeInput } from '#bakery/bake/bake';
import { BLOCK_BYTES } from '#bakery/model';
import type { BakedImage } from '#bakery/model';

const APP = {
  'package.json': '{"scripts":{"start":"node server.js"}}',
  'server.js': 'x'.repeat(5_000),
  'config/dev.env': 'GREETING=hello\n',
  'lib/big.bin': Buffer.alloc(1_500_000, 'kiln'),
};
const { manifest: base } = aBase();

function baked<T>(
  archive: Uint8Array,
  look: (image: BakedImage, workDir: string) => Promise<T>,
  extra: Partial<BakeInput> = {},
): Promise<T> {
  return inDirectory(async (directory) => {
    const artifactPath = join(directory, 'artifact');
    const workDir = join(directory, 'work');
    await writeFile(artifactPath, archive);
    const image = await bake({ artifactPath, base, workDir, ...extra });
    try {
      return await look(image, workDir);
    } finally {
      await image.dispose();
    }
  });
}

async function layerOf(image: BakedImage): Promise<Buffer> {
  const blocks: Uint8Array[] = [];
  for await (const { index, data } of image.changedBlocks()) {
    if (index >= 3 && index < 1_000) blocks.push(data);
  }
  return Buffer.concat(blocks);
}

describe('a baked image', () => {
  test("holds the artifact's files and the process description", async () => {
    await baked(zipOf(APP), async (image) => {
      const files = readErofs(await layerOf(image));
      expect([...files.keys()].toSorted()).toEqual(
        ['', '.kiln', '.kiln/process', 'config', 'lib', ...Object.keys(APP)].toSorted(),
      );
      for (const [path, content] of Object.entries(APP)) {
        expect(files.get(path)?.content.equals(Buffer.from(content))).toBe(true);
      }
      expect(files.get('.kiln/process')?.content.toString()).toBe(
        'kiln-process 1\narg /usr/bin/node\narg server.js\nport 8080\n',
      );
    });
  });

  test('describes itself', async () => {
    await baked(zipOf(APP), async (image) => {
      expect(image).toMatchObject({
        baseDigest: base.digest,
        diskBytes: base.diskBytes,
        app: { environments: ['dev'], process: { argv: ['/usr/bin/node', 'server.js'] } },
        layer: { files: 4, contentBytes: 1_505_053 },
      });
      expect(image.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    });
  });

  test('yields its changed blocks in order with true hashes, as often as asked', async () => {
    await baked(zipOf(APP), async (image) => {
      for (let time = 0; time < 2; time++) {
        const indexes: number[] = [];
        for await (const { index, data, sha256 } of image.changedBlocks()) {
          expect(data.length).toBe(BLOCK_BYTES);
          expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
          indexes.push(index);
        }
        expect(indexes).toEqual(image.changedBlockIndexes);
        expect(indexes).toEqual([0, 3, 4, 5, 2_047]);
      }
    });
  });
});

describe('the same bytes', () => {
  const digest = (archive: Uint8Array) => baked(archive, async (image) => image.digest);
  const reversed = Object.fromEntries(Object.entries(APP).toReversed());

  test('come of the same artifact in another directory, time zone and umask', async () => {
    const first = await digest(zipOf(APP));
    const { TZ } = process.env;
    const umask = process.umask(0o077);
    try {
      process.env['TZ'] = 'Pacific/Kiritimati';
      expect(await digest(zipOf(APP))).toBe(first);
    } finally {
      process.umask(umask);
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });

  test('come of the same files in another order and of another kind of archive', async () => {
    const first = await digest(zipOf(APP));
    expect(await digest(zipOf(reversed))).toBe(first);
    const members = Object.entries(reversed).map(([name, content]) => ({ name, content }));
    expect(await digest(tgzOf(members))).toBe(first);
  });

  test('do not come of other content, of another name or of another mode', async () => {
    const digests = [
      await digest(zipOf(APP)),
      await digest(zipOf({ ...APP, 'server.js': 'y' })),
      await digest(zipOf({ ...APP, 'lib/big.bin2': '' })),
      await digest(tgzOf(Object.entries(APP).map(([name, content]) => ({ name, content, mode: 0o755 })))),
    ];
    expect(new Set(digests).size).toBe(4);
  });
});

describe('working files', () => {
  test('are gone after dispose, which may be called twice', async () => {
    await baked(zipOf(APP), async (image, workDir) => {
      expect(await readdir(workDir)).toHaveLength(1);
      await image.dispose();
      await image.dispose();
      expect(await readdir(workDir)).toEqual([]);
    });
  });

  test.each([
    ['what is no archive', Buffer.from('text'), 'not_an_archive'],
    ['an app without entry point', zipOf({ 'a.txt': '' }), 'no_entry_point'],
    [
      'an app for another processor',
      zipOf({ 'index.js': '', 'a.node': Buffer.from('cffaedfe0c000001', 'hex') }),
      'wrong_arch',
    ],
    ['a tgz that is refused after it was unpacked', tgzOf([{ name: 'a' }, { name: 'A' }]), 'duplicate_path'],
  ])('are gone after %s was refused', async (_what, archive, reason) => {
    await inDirectory(async (directory) => {
      const artifactPath = join(directory, 'artifact');
      const workDir = join(directory, 'work');
      await writeFile(artifactPath, archive);
      await expect(bake({ artifactPath, base, workDir })).rejects.toMatchObject({
        name: 'ArtifactRejected',
        reason,
      });
      expect(await readdir(workDir)).toEqual([]);
    });
  });

  test('are gone after a bake was aborted in the middle', async () => {
    await inDirectory(async (directory) => {
      const artifactPath = join(directory, 'artifact');
      const workDir = join(directory, 'work');
      await writeFile(artifactPath, zipOf(APP));
      const controller = new AbortController();
      const abortLater = {
        ...base,
        get runtimePath() {
          controller.abort(new Error('enough'));
          return '/usr/bin/node';
        },
      };
      const running = bake({ artifactPath, base: abortLater, workDir, signal: controller.signal });
      await expect(running).rejects.toThrow('enough');
      expect(await readdir(workDir)).toEqual([]);
    });
  });
});
