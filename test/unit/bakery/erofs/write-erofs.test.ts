import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inDirectory } from '#test/helpers/archives';
import { readDirectory, readErofs } from '#test/helpers/read-erofs';
import { byteOrderKey } from '#bakery/artifact/tree';
import type { FileTree, Pieces, TreeEntry } from '#bakery/artifact/tree';
import { BlockWriter } from '#bakery/disk/block-writer';
import { writeErofs } from '#bakery/erofs/write-erofs';
import type { WriteErofsOptions } from '#bakery/erofs/write-erofs';

type Contents = Readonly<Record<string, string | Buffer>>;

/** A tree in memory: `name/` is a directory, `name@` a link, `name*` an executable file. */
function treeOf(contents: Contents, inPieces = (content: Buffer): Pieces => [content]): FileTree {
  const bytes = new Map<TreeEntry, Buffer>();
  for (const [name, text] of Object.entries(contents)) {
    const content = Buffer.from(text);
    const kind = name.endsWith('/') ? 'directory' : name.endsWith('@') ? 'symlink' : 'file';
    const target = kind === 'symlink' ? content.toString() : '';
    const path = name.replace(/[/@*]$/, '');
    bytes.set({ path, kind, executable: name.endsWith('*'), size: content.length, target }, content);
  }
  return {
    entries: [...bytes.keys()].toSorted((a, b) => (byteOrderKey(a.path) < byteOrderKey(b.path) ? -1 : 1)),
    async *read(files) {
      for (const file of files) yield [inPieces(bytes.get(file) ?? Buffer.alloc(0))];
    },
  };
}

function written(tree: FileTree, options?: WriteErofsOptions): Promise<Buffer> {
  return inDirectory(async (directory) => {
    const path = join(directory, 'image');
    const file = await open(path, 'w+');
    try {
      const { bytes } = await writeErofs(tree, new BlockWriter(file), options);
      return (await readFile(path)).subarray(0, bytes);
    } finally {
      await file.close();
    }
  });
}

const modes = (image: Buffer) =>
  Object.fromEntries([...readErofs(image)].map(([path, { mode }]) => [path, mode.toString(8)]));

describe('a file system', () => {
  test('holds files, directories and links with fixed owners and modes', async () => {
    const image = await written(treeOf({ 'bin/': '', 'bin/run*': '#!', 'a.txt': 'hello', 'l@': 'bin/run' }));
    expect(modes(image)).toEqual({
      '': '40555',
      'a.txt': '100444',
      bin: '40555',
      'bin/run': '100555',
      l: '120777',
    });
    for (const { uid, gid } of readErofs(image).values()) expect([uid, gid]).toEqual([0, 0]);
    expect(readErofs(image).get('l')?.content.toString()).toBe('bin/run');
    expect(readErofs(image).get('')?.links).toBe(3);
  });

  test.each([0, 1, 31, 32, 4_063, 4_064, 4_065, 4_095, 4_096, 4_097, 8_159, 8_160, 8_192, 1_000_003])(
    'keeps a file of %i bytes',
    async (size) => {
      const content = Buffer.alloc(size, 'kiln');
      const image = await written(treeOf({ before: 'x', file: content, zlast: 'y' }));
      const found = readErofs(image);
      expect(found.get('file')?.content.equals(content)).toBe(true);
      expect(found.get('zlast')?.content.toString()).toBe('y');
      expect(image.length % 4_096).toBe(0);
    },
  );

  test('sorts names by bytes, the two dots among them', async () => {
    const names = ['-dash', '+', 'Z', 'a', '\uff5e', '\u{1f389}', '~'];
    const image = await written(treeOf(Object.fromEntries(names.map((name) => [name, '']))));
    const listed = readDirectory(readErofs(image).get('')?.content ?? Buffer.alloc(0)).map(
      ({ name }) => name,
    );
    const sorted = [...names, '.', '..'].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(listed).toEqual(sorted);
  });

  test('spreads a large directory over blocks, each complete in itself', async () => {
    const names = Array.from(
      { length: 1_000 },
      (_, index) => `a-name-of-some-length-${String(index).padStart(4, '0')}`,
    );
    const image = await written(
      treeOf({ 'd/': '', ...Object.fromEntries(names.map((name) => [`d/${name}`, name])) }),
    );
    const found = readErofs(image);
    for (const name of names) expect(found.get(`d/${name}`)?.content.toString()).toBe(name);
    expect(readDirectory(found.get('d')?.content ?? Buffer.alloc(0)).map(({ name }) => name)).toEqual([
      '.',
      '..',
      ...names,
    ]);
  });

  test('gives every directory its parent', async () => {
    const image = await written(treeOf({ 'a/': '', 'a/b/': '' }));
    const found = readErofs(image);
    const parentOf = (path: string): number | undefined =>
      readDirectory(found.get(path)?.content ?? Buffer.alloc(0)).find(({ name }) => name === '..')?.nid;
    expect(parentOf('a/b')).toBe(found.get('a')?.nid);
    expect(parentOf('a')).toBe(found.get('')?.nid);
    expect(parentOf('')).toBe(found.get('')?.nid);
  });

  test('has a UUID that follows the content', async () => {
    const uuid = async (content: string): Promise<string> =>
      (await written(treeOf({ a: content }))).toString('hex', 1_072, 1_088);
    expect(await uuid('1')).toBe(await uuid('1'));
    expect(await uuid('1')).not.toBe(await uuid('2'));
    expect(await uuid('1')).toMatch(/^.{12}8.{3}[89ab].{15}$/);
  });

  test('does not depend on how the content is cut into pieces', async () => {
    const contents = { a: Buffer.alloc(10_000, 'a'), b: 'tiny', c: Buffer.alloc(70_000, 'c') };
    const whole = await written(treeOf(contents));
    for (const length of [1, 7, 4_096, 5_000]) {
      const cut = treeOf(contents, async function* (content) {
        for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length);
      });
      expect((await written(cut)).equals(whole)).toBe(true);
    }
  });
});

describe('reading that goes wrong', () => {
  test.each([
    ['too little', (content: Buffer) => content.subarray(1)],
    ['too much', (content: Buffer) => Buffer.concat([content, content])],
  ])('refuses a file that yields %s', async (_what, change) => {
    const tree = treeOf({ a: 'content' }, (content) => [change(content)]);
    await expect(written(tree)).rejects.toThrow("'a' did not yield the 7 bytes that it announced");
  });

  test('shows the head of each file once, though it comes in pieces', async () => {
    const seen: string[] = [];
    const tree = treeOf({ a: 'x'.repeat(100), b: 'short', empty: '' }, (content) =>
      Array.from({ length: content.length }, (_, index) => content.subarray(index, index + 1)),
    );
    await written(tree, { inspect: (entry, head) => seen.push(`${entry.path} ${head.length}`) });
    expect(seen).toEqual(['a 64', 'b 5']);
  });

  test('stops when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(written(treeOf({ a: 'a' }), { signal })).rejects.toThrow('enough');
  });
});
