import { chmod, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { fromBufferPromise } from 'yauzl';
import { inDirectory, unpacked } from '#test/helpers/archives';
import { packDirectory } from '#bakery/artifact/pack-directory';

async function fill(directory: string, names: readonly string[]): Promise<void> {
  await mkdir(join(directory, 'lib'), { recursive: true });
  for (const name of names) await writeFile(join(directory, name), `content of ${name}\n`.repeat(20));
  await chmod(join(directory, 'lib/run'), 0o700);
  await symlink('lib/run', join(directory, 'link'));
  await mkdir(join(directory, '.git'));
  await writeFile(join(directory, '.git/config'), 'secret');
}

test('gives equal bytes for equal directories, whatever their times and the order of creation', async () => {
  const [first, second] = await Promise.all(
    [
      ['a', 'b', 'lib/run'],
      ['lib/run', 'b', 'a'],
    ].map((names) =>
      inDirectory(async (directory) => {
        await fill(directory, names);
        await utimes(join(directory, 'a'), 1, Math.random() * 1e9);
        return packDirectory(directory);
      }),
    ),
  );
  expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
});

test('packs files, directories and links, without .git', async () => {
  const zip = await inDirectory(async (directory) => {
    await fill(directory, ['a', 'lib/run']);
    return packDirectory(directory);
  });
  expect(await unpacked(zip)).toEqual({
    a: 'content of a\n'.repeat(20),
    lib: '/',
    'lib/run': 'content of lib/run\n'.repeat(20),
    link: '→ lib/run',
  });
});

test('writes zips that another reader understands', async () => {
  const zip = await inDirectory(async (directory) => {
    await fill(directory, ['a', 'lib/run']);
    return packDirectory(directory);
  });
  const found: string[] = [];
  const file = await fromBufferPromise(zip, { validateEntrySizes: true });
  for await (const entry of file.eachEntry()) {
    found.push(
      `${entry.fileName} ${entry.uncompressedSize} ${(entry.externalFileAttributes >>> 16).toString(8)}`,
    );
  }
  expect(found).toEqual(['a 260 100644', 'lib/ 0 40755', 'lib/run 380 100755', 'link 7 120777']);
});
