import { describe, expect, test } from '@jest/globals';
import { craftZip, reasonFor, unpacked, zipOf } from '#test/helpers/archives';

function zipOfLinks(links: Readonly<Record<string, string>>, files: readonly string[] = []): Buffer {
  return craftZip([
    ...Object.entries(links).map(([name, content]) => ({ name, content, mode: 0o120_777 })),
    ...files.map((name) => ({ name, content: name })),
  ]);
}

describe('paths', () => {
  test.each([
    ['a path that leaves the root', '../x'],
    ['a path that leaves the root after entering it', 'a/../../x'],
    ['a path that goes up and comes back', 'a/../b'],
    ['an absolute path', '/etc/passwd'],
    ['a drive letter', 'C:\\x'],
    ['a drive letter with slashes', 'C:/x'],
    ['a network share', '\\\\srv\\x'],
    ['a backslash', '..\\x'],
    ['an empty component', 'a//b'],
    ['a component that is a dot', './a'],
    ['NUL', 'a\0b'],
    ['a line break', 'a\nb'],
    ['an escape sequence', 'a\u001b[31mb'],
    ['a component of 256 bytes', 'x'.repeat(256)],
    ['a component of 256 bytes in 128 characters', 'ü'.repeat(128)],
    ['a path of 4,097 bytes', `${'x'.repeat(240)}/`.repeat(17) + 'y'],
    ['the name of what the bake adds', '.kiln/process'],
    ['the name of what the bake adds, in capitals', '.Kiln/process'],
    ['a file in the place of what the bake adds', '.kiln'],
  ])('refuses %s', async (_what, name) => {
    expect(await reasonFor(craftZip([{ name }]))).toBe('unsafe_path');
  });

  test.each([
    ['the same path twice', ['a', 'a']],
    ['names that differ in case', ['Readme', 'README']],
    ['names that differ in Unicode form', ['é', 'e\u0301']],
    ['names that differ in a trailing dot', ['a', 'a.']],
    ['names that differ in a trailing space', ['d/a ', 'd/a']],
    ['directories that differ in case', ['Lib/a', 'lib/b']],
    ['a file that is also a directory', ['a', 'a/b']],
    ['a directory entry with the name of a file', ['a', 'a/']],
  ])('refuses %s', async (_what, names) => {
    const zip = craftZip(names.map((name) => ({ name, mode: name.endsWith('/') ? 0o040_755 : 0o100_644 })));
    expect(await reasonFor(zip)).toBe('duplicate_path');
  });

  test('names the path in the message without its control characters', async () => {
    await expect(unpacked(craftZip([{ name: '\u001b[2J../x' }]))).rejects.toThrow(
      "the path '\\u001b[2J../x' contains a control character",
    );
  });
});

describe('symbolic links', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['to the parent of the root', { a: '..' }, []],
    ['out of the root', { 'd/a': '../../etc/passwd' }, []],
    ['to an absolute path', { a: '/etc/passwd' }, []],
    ['out of the root by way of another link', { 'x/y/z': '../..', a: 'x/y/z/../../b' }, []],
    ['to itself', { a: 'a' }, []],
    ['in a circle', { a: 'b', b: 'a' }, []],
    ['with an empty target', { a: '' }, []],
    ['that another entry is written through', { a: 'd' }, ['d/x', 'a/y']],
  ])('refuses a link %s', async (_what, links, files) => {
    expect(await reasonFor(zipOfLinks(links, files))).toBe('unsafe_entry');
  });

  test('accepts links inside the root, to nothing as well', async () => {
    const links = { 'node_modules/.bin/x': '../x/cli.js', current: 'v1', dangling: 'not/there' };
    expect(await unpacked(zipOfLinks(links, ['node_modules/x/cli.js', 'v1/a']))).toMatchObject({
      'node_modules/.bin/x': '→ ../x/cli.js',
      current: '→ v1',
      dangling: '→ not/there',
    });
  });

  test('follows links before going up, as the kernel does', async () => {
    // Read as text, `deep/../../x` leaves the root; `deep` is a link to a/b, so it leads to x.
    expect(await reasonFor(zipOfLinks({ deep: 'a/b', out: 'deep/../../x' }, ['a/b/c']))).toBe('accepted');
  });

  test('refuses a link with a target of more than 4,095 bytes', async () => {
    expect(await reasonFor(zipOfLinks({ a: 'x/'.repeat(2_100) }))).toBe('unsafe_entry');
  });
});

describe('the wrapper directory', () => {
  test('is taken off when it is all there is and holds the package.json', async () => {
    expect(
      await unpacked(zipOf({ 'package/': '', 'package/package.json': '{}', 'package/lib/a': 'a' })),
    ).toEqual({
      'package.json': '{}',
      lib: '/',
      'lib/a': 'a',
    });
  });

  test.each<[string, Record<string, string>]>([
    ['something lies beside it', { 'package/package.json': '{}', other: '' }],
    ['it holds no package.json', { 'package/index.js': '' }],
    ['package.json is deeper', { 'a/b/package.json': '{}' }],
  ])('stays when %s', async (_what, files) => {
    expect(Object.keys(await unpacked(zipOf(files)))).toEqual(expect.arrayContaining(Object.keys(files)));
  });

  test('gives no way to the reserved directory', async () => {
    expect(await reasonFor(zipOf({ 'p/package.json': '{}', 'p/.kiln/process': 'x' }))).toBe('unsafe_path');
  });

  test('is the root that links may not leave', async () => {
    const zip = craftZip([
      { name: 'p/package.json', content: '{}' },
      { name: 'p/link', content: '../p/package.json', mode: 0o120_777 },
    ]);
    expect(await reasonFor(zip)).toBe('unsafe_entry');
  });
});

test('sorts by the bytes of the paths, whatever the order in the archive', async () => {
  const names = ['b', 'a/z', 'a', '\u{1f389}', '\uff5e', 'a-b', 'Z'];
  const zip = zipOf(Object.fromEntries(names.filter((name) => name !== 'a').map((name) => [name, ''])));
  const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(Object.keys(await unpacked(zip))).toEqual(sorted);
});
