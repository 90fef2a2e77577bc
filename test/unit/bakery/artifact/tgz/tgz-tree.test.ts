import { gzipSync } from 'node:zlib';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inDirectory, reasonFor, tarOf, tgzOf, unpacked, withTree, zipOf } from '#test/helpers/archives';
import type { TarMember } from '#test/helpers/archives';
import { DEFAULT_LIMITS } from '#bakery/artifact/limits';
import { readArtifact } from '#bakery/artifact/read-artifact';

const APP = [
  { name: 'index.js', content: 'console.log(1)\n' },
  { name: 'lib/', type: '5', mode: 0o755 },
  { name: 'lib/run', content: 'x'.repeat(600), mode: 0o755 },
  { name: 'link', type: '2', linkName: 'lib/run' },
];

function pax(fields: Readonly<Record<string, string>>): TarMember {
  const content = Object.entries(fields)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`);
      const length = rest + String(rest + String(rest).length).length;
      return `${length} ${key}=${value}\n`;
    })
    .join('');
  return { name: 'pax', type: 'x', content };
}

test('reads files, directories and links', async () => {
  expect(await unpacked(tgzOf(APP))).toEqual({
    'index.js': 'console.log(1)\n',
    lib: '/',
    'lib/run': 'x'.repeat(600),
    link: '→ lib/run',
  });
  await withTree(tgzOf(APP), ({ entries, contentBytes }) => {
    expect(entries.filter(({ executable, kind }) => executable && kind === 'file')).toMatchObject([
      { path: 'lib/run' },
    ]);
    expect(contentBytes).toBe(615);
  });
});

test("takes off the './' that tar writes for a whole directory", async () => {
  const members = [{ name: './', type: '5' }, { name: './index.js', content: '1' }, { name: './lib/a' }];
  expect(await unpacked(tgzOf(members))).toEqual({ 'index.js': '1', lib: '/', 'lib/a': '' });
});

test("takes off the 'package/' that npm pack writes", async () => {
  expect(await unpacked(tgzOf([{ name: 'package/package.json', content: '{}' }]))).toEqual({
    'package.json': '{}',
  });
});

test('takes zeros inside of files and names for what they are, not for an end marker', async () => {
  const zeros = '\0'.repeat(4096);
  const members = [
    { name: 'a', content: zeros },
    { name: 'b', content: `x${zeros.repeat(20)}` },
    { name: '././@LongLink', type: 'L', content: `${'n/'.repeat(255)}nn\0` },
    { name: 'cut', content: zeros },
    { name: 'z', content: '1' },
  ];
  expect(await unpacked(tgzOf(members))).toMatchObject({ a: zeros, z: '1' });
});

test('reads long names of both kinds', async () => {
  const long = `${'long-directory-name/'.repeat(8)}file`;
  const gnu = [
    { name: '././@LongLink', type: 'L', content: `${long}\0` },
    { name: 'cut', content: 'x' },
  ];
  expect(await unpacked(tgzOf(gnu))).toMatchObject({ [long]: 'x' });
  expect(await unpacked(tgzOf([pax({ path: long }), { name: 'cut', content: 'x' }]))).toMatchObject({
    [long]: 'x',
  });
});

describe('what is refused', () => {
  test.each<[string, TarMember[], string]>([
    ['a path that leaves the root', [{ name: '../x' }], 'unsafe_path'],
    ['an absolute path', [{ name: '/etc/passwd' }], 'unsafe_path'],
    ['a pax path that leaves the root', [pax({ path: '../x' }), { name: 'x' }], 'unsafe_path'],
    [
      'a GNU long name that leaves the root',
      [{ name: 'l', type: 'L', content: '../x\0' }, { name: 'x' }],
      'unsafe_path',
    ],
    ['a hard link', [{ name: 'a' }, { name: 'b', type: '1', linkName: 'a' }], 'unsafe_entry'],
    ['a hard link out of the root', [{ name: 'b', type: '1', linkName: '/etc/passwd' }], 'unsafe_entry'],
    ['a symbolic link out of the root', [{ name: 'b', type: '2', linkName: '../x' }], 'unsafe_entry'],
    ['a character device', [{ name: 'b', type: '3' }], 'unsafe_entry'],
    ['a block device', [{ name: 'b', type: '4' }], 'unsafe_entry'],
    ['a fifo', [{ name: 'b', type: '6' }], 'unsafe_entry'],
    ['an unknown type', [{ name: 'b', type: 'Q' }], 'unsafe_entry'],
    ['a GNU sparse file', [{ name: 'b', type: 'S' }], 'unsafe_entry'],
    ['a pax sparse file', [pax({ 'GNU.sparse.major': '1' }), { name: 'b' }], 'unsupported'],
    ['a setuid file', [{ name: 'b', mode: 0o4755 }], 'unsafe_entry'],
    ['a setgid directory', [{ name: 'b/', type: '5', mode: 0o2755 }], 'unsafe_entry'],
    ['the same path twice', [{ name: 'a' }, { name: 'a' }], 'duplicate_path'],
    ['a file that is also a directory', [{ name: 'a' }, { name: 'a/b' }], 'duplicate_path'],
    ['a file through a link', [{ name: 'a', type: '2', linkName: 'd' }, { name: 'a/b' }], 'unsafe_entry'],
    ['a name that is not UTF-8', [{ name: Buffer.from([0x61, 0xff]) }], 'bad_name'],
    ['a wrong checksum of a header', [{ name: 'a', checksum: 1 }], 'corrupt'],
    ['a negative size', [{ name: 'a', sizeField: Buffer.from('ff'.repeat(11) + 'fe', 'hex') }], 'corrupt'],
    ['a size of nothing but ones', [{ name: 'a', sizeField: Buffer.alloc(12, 0xff) }], 'corrupt'],
    ['a size that is no number', [{ name: 'a', sizeField: Buffer.from('zzzzzzzzzzz\0') }], 'corrupt'],
    ['a size beyond the end', [{ name: 'a', sizeField: Buffer.from('00000077777\0') }], 'truncated'],
    ['a directory with content', [{ name: 'a/', type: '5', content: 'x' }], 'corrupt'],
  ])('refuses %s', async (_what, members, reason) => {
    expect(await reasonFor(tgzOf(members))).toBe(reason);
  });

  test('refuses a tgz that was cut short, wherever it was cut', async () => {
    const tgz = tgzOf(APP);
    for (let length = 2; length < tgz.length; length++) {
      expect([length, await reasonFor(tgz.subarray(0, length))]).toEqual([length, 'truncated']);
    }
  });

  test.each([
    ['bytes after the gzip', Buffer.concat([tgzOf(APP), Buffer.from('more')]), 'ambiguous_archive'],
    ['a second gzip member', Buffer.concat([tgzOf(APP), tgzOf(APP)]), 'ambiguous_archive'],
    [
      'an entry after the end marker',
      gzipSync(Buffer.concat([tarOf(APP), tarOf([{ name: 'x' }])])),
      'ambiguous_archive',
    ],
    ['bytes after the end marker', gzipSync(Buffer.concat([tarOf(APP), Buffer.alloc(512, 'x')])), 'corrupt'],
    ['a gzipped zip', gzipSync(Buffer.concat([zipOf({ a: 'a' }), Buffer.alloc(900)])), 'corrupt'],
    ['a gzipped text', gzipSync('just a text'), 'truncated'],
    ['a tar that is not compressed', tarOf(APP), 'not_an_archive'],
  ])('refuses %s', async (_what, bytes, reason) => {
    expect(await reasonFor(bytes)).toBe(reason);
  });

  test('refuses a wrong checksum of the gzip', async () => {
    const tgz = tgzOf(APP);
    tgz.writeUInt32LE(7, tgz.length - 8);
    expect(await reasonFor(tgz)).toBe('corrupt');
  });
});

describe('limits', () => {
  const limits = { ...DEFAULT_LIMITS, maxContentBytes: 1_000, maxEntries: 3 };

  test('accepts exactly as many bytes and entries as allowed and refuses one more', async () => {
    const full = { name: 'a', content: 'x'.repeat(1_000) };
    expect(await reasonFor(tgzOf([full, { name: 'b' }, { name: 'c' }]), limits)).toBe('accepted');
    expect(await reasonFor(tgzOf([full, { name: 'b', content: 'y' }]), limits)).toBe('too_large');
    const four = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
    expect(await reasonFor(tgzOf(four), limits)).toBe('too_many_entries');
  });

  test('refuses a bomb by its ratio while it is unpacked', async () => {
    const tgz = tgzOf([{ name: 'zeros', content: Buffer.alloc(40_000_000) }]);
    const started = performance.now();
    expect(await reasonFor(tgz)).toBe('too_large');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('refuses a bomb of headers', async () => {
    const headers = Array.from({ length: 500 }, () => pax({ comment: 'x'.repeat(9_000) }));
    expect(await reasonFor(tgzOf(headers), limits)).toBe('too_large');
  });
});

test('leaves no working file behind when the archive is refused', async () => {
  await inDirectory(async (directory) => {
    const artifactPath = join(directory, 'artifact.tgz');
    await writeFile(artifactPath, tgzOf([...APP, { name: '../x' }]));
    await expect(readArtifact({ artifactPath, workDir: directory })).rejects.toThrow('leaves the root');
    expect(await readdir(directory)).toEqual(['artifact.tgz']);
  });
});
