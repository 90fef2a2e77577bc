import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { craftZip, inDirectory, reasonFor, unpacked, withTree, zipOf } from '#test/helpers/archives';
import type { CraftedEntry, CraftedZip } from '#test/helpers/archives';
import { DEFAULT_LIMITS } from '#bakery/artifact/limits';

const TWO_FILES = zipOf({ 'index.js': 'console.log(1)\n'.repeat(9), 'lib/a.txt': 'a' });
const SIGNATURE = 0x0807_4b50;

function descriptor(crc: number, compressed: number, size: number): Buffer {
  const bytes = Buffer.alloc(16);
  for (const [index, value] of [SIGNATURE, crc, compressed, size].entries()) {
    bytes.writeUInt32LE(value, index * 4);
  }
  return bytes;
}

describe('what is not a zip', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['21 bytes', Buffer.alloc(21, 1)],
    ['the two letters PK', Buffer.from('PK')],
    ['a text', Buffer.from('I am not an archive, whatever my name says.\n')],
  ])('refuses %s', async (_what, bytes) => {
    expect(await reasonFor(bytes)).toBe('not_an_archive');
  });

  test('refuses a zip that was cut short, wherever it was cut', async () => {
    for (let length = 4; length < TWO_FILES.length; length++) {
      expect([length, await reasonFor(TWO_FILES.subarray(0, length))]).toEqual([length, 'truncated']);
    }
    expect(await reasonFor(TWO_FILES)).toBe('accepted');
  });
});

describe('what can be read in two ways', () => {
  const entry: CraftedEntry = { name: 'a', content: 'a' };
  const end = craftZip([]);

  test.each([
    ['bytes before the zip', Buffer.concat([Buffer.from('#!/bin/sh\nexec java\n'), TWO_FILES])],
    ['bytes before the zip that look like a zip', Buffer.concat([Buffer.from('PK\x03\x04'), TWO_FILES])],
    ['bytes after the zip', Buffer.concat([TWO_FILES, Buffer.from('more')])],
    ['two end records', Buffer.concat([TWO_FILES, end])],
    ['an end record in the comment of the other', craftZip([entry], { comment: end })],
    ['bytes between data and directory', craftZip([entry], { gap: Buffer.alloc(7) })],
    ['bytes behind an entry', craftZip([{ ...entry, descriptor: Buffer.alloc(3) }, { name: 'b' }])],
    ['an extra field twice', craftZip([{ ...entry, extra: Buffer.from('7570000075700000', 'hex') }])],
  ])('refuses %s', async (_what, bytes) => {
    expect(await reasonFor(bytes)).toBe('ambiguous_archive');
  });

  test('accepts a comment, as git archive writes one', async () => {
    expect(await reasonFor(craftZip([entry], { comment: Buffer.from('0123456789abcdef') }))).toBe('accepted');
  });
});

describe('entries that share bytes', () => {
  test('refuses two entries with the same data (the overlap of a zip bomb)', async () => {
    const kernel = { name: 'a', content: 'x'.repeat(1000) };
    const zip = craftZip([kernel, { name: 'b', content: 'b' }]);
    const both = craftZip([kernel, { name: 'b', content: 'b', offset: 0 }]);
    expect(await reasonFor(zip)).toBe('accepted');
    expect(await reasonFor(both)).toBe('overlap');
  });

  test('refuses an entry whose data contains the next local header', async () => {
    const inner = craftZip([{ name: 'b', content: 'b' }]).subarray(0, 34);
    const zip = craftZip([
      { name: 'a', data: Buffer.concat([deflateRawSync('a'), inner]), content: 'a' },
      { name: 'b', content: 'b', offset: 34 },
    ]);
    expect(await reasonFor(zip)).toBe('overlap');
  });
});

describe('claims that are not true', () => {
  const text = 'kiln '.repeat(50);
  test.each<[string, CraftedEntry]>([
    ['a size that is too small', { name: 'a', content: text, size: 10 }],
    ['a size that is too large', { name: 'a', content: text, size: 1000 }],
    ['a size of zero', { name: 'a', content: text, size: 0 }],
    ['a size of 0xFFFFFFFF without a zip64 field', { name: 'a', content: text, size: 0xffff_ffff }],
    ['a wrong checksum', { name: 'a', content: text, crc: 1 }],
    ['a wrong checksum of stored content', { name: 'a', content: text, method: 0, crc: 1 }],
    ['stored content with two lengths', { name: 'a', content: text, method: 0, size: 20 }],
    ['another name in the local header', { name: 'a', localName: 'b', content: text }],
    ['another method in the local header', { name: 'a', content: text, localMethod: 0 }],
    ['another size in the local header', { name: 'a', content: text, localSize: 1 }],
    ['a wrong descriptor', { name: 'a', content: text, flags: 8, descriptor: descriptor(1, 2, 3) }],
    ['no descriptor though one is announced', { name: 'a', content: text, flags: 8 }],
    ['broken compressed data', { name: 'a', content: text, data: Buffer.alloc(30, 0xff) }],
    [
      'compressed data that ends early',
      { name: 'a', content: text, data: deflateRawSync(text).subarray(0, 8) },
    ],
    [
      'bytes behind the compressed data',
      { name: 'a', content: text, data: Buffer.concat([deflateRawSync(text), Buffer.from('!')]) },
    ],
    ['a broken extra field', { name: 'a', content: text, extra: Buffer.from('01000900', 'hex') }],
    ['a directory with content', { name: 'a/', content: text, mode: 0o040_755 }],
  ])('refuses %s', async (_what, entry) => {
    expect(await reasonFor(craftZip([{ name: 'first', content: 'first' }, entry]))).toBe('corrupt');
  });

  test.each([
    ['something', 'aa'],
    ['nothing, so that the lengths add up', ''],
  ])('refuses an entry with two members of %s in its compressed data', async (_what, hidden) => {
    // Entries are unpacked as members of one gzip file: what looks like a member inside must not be taken for one.
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(hidden), 0);
    trailer.writeUInt32LE(hidden.length, 4);
    const header = Buffer.from('1f8b0800000000000003', 'hex');
    const data = Buffer.concat([deflateRawSync(hidden), trailer, header, deflateRawSync('b')]);
    const zip = craftZip([
      { name: 'x', data, content: 'b' },
      { name: 'y', content: 'y' },
    ]);
    expect(await reasonFor(zip)).toBe('corrupt');
  });

  test('reads a file that contains a gzip file', async () => {
    const content = gzipSync('a file in a file '.repeat(20)).toString('latin1');
    const data = Buffer.from(content, 'latin1');
    expect(
      await reasonFor(
        craftZip([
          { name: 'x.gz', content: data },
          { name: 'y', content: 'y' },
        ]),
      ),
    ).toBe('accepted');
  });

  test('accepts a data descriptor that is right', async () => {
    const plain = craftZip([{ name: 'a', content: text }]);
    const [crc, compressed, size] = [14, 18, 22].map((at) => plain.readUInt32LE(at));
    const right = descriptor(crc ?? 0, compressed ?? 0, size ?? 0);
    const zip = craftZip([{ name: 'a', content: text, flags: 8, descriptor: right }]);
    expect(await unpacked(zip)).toEqual({ a: text });
    const unsigned = craftZip([{ name: 'a', content: text, flags: 8, descriptor: right.subarray(4) }]);
    expect(await unpacked(unsigned)).toEqual({ a: text });
  });

  test.each<[string, CraftedZip]>([
    ['more entries than there are', { entryCount: 3 }],
    ['fewer entries than there are', { entryCount: 1 }],
  ])('refuses an end record that says %s', async (_what, archive) => {
    expect(await reasonFor(craftZip([{ name: 'a' }, { name: 'b' }], archive))).toBe('corrupt');
  });
});

describe('what is not supported', () => {
  test.each<[string, CraftedEntry, CraftedZip]>([
    ['encryption', { name: 'a', flags: 1 }, {}],
    ['strong encryption', { name: 'a', flags: 0x41 }, {}],
    ['an encrypted directory', { name: 'a', flags: 0x2000 }, {}],
    ['bzip2', { name: 'a', method: 12, data: Buffer.from('x') }, {}],
    ['lzma', { name: 'a', method: 14, data: Buffer.from('x') }, {}],
    ['zstd', { name: 'a', method: 93, data: Buffer.from('x') }, {}],
    ['AES', { name: 'a', method: 99, data: Buffer.from('x') }, {}],
    ['an entry on another disk', { name: 'a', disk: 1 }, {}],
    ['an archive of several parts', { name: 'a' }, { disk: 1 }],
  ])('refuses %s', async (_what, entry, archive) => {
    expect(await reasonFor(craftZip([entry], archive))).toBe('unsupported');
  });
});

describe('names', () => {
  test.each([
    ['umlauts and emoji', 'grüße/🎉.txt'],
    ['spaces and brackets', 'a b/[id]/(group)/$x.js'],
    ['a component of 255 bytes', 'x'.repeat(255)],
  ])('accepts %s', async (_what, name) => {
    expect(await unpacked(zipOf({ [name]: '1' }))).toMatchObject({ [name]: '1' });
  });

  test.each([
    ['invalid UTF-8', Buffer.from([0x61, 0xff, 0x62])],
    ['a name in CP437', Buffer.from([0x67, 0x72, 0x81, 0xe1])],
    ['a right-to-left override', Buffer.from('a\u202etxt.js')],
  ])('refuses %s', async (_what, name) => {
    expect(await reasonFor(craftZip([{ name }]))).toBe('bad_name');
  });

  test('refuses a Unicode path field that gives another name', async () => {
    const field = Buffer.concat([Buffer.from('7570060001', 'hex'), Buffer.alloc(4), Buffer.from('b')]);
    expect(await reasonFor(craftZip([{ name: 'a', extra: field }]))).toBe('bad_name');
  });
});

describe('kinds of entries', () => {
  test.each([
    ['setuid', 0o104_755],
    ['setgid', 0o102_755],
    ['sticky', 0o101_755],
    ['a character device', 0o020_644],
    ['a block device', 0o060_644],
    ['a fifo', 0o010_644],
    ['a socket', 0o140_644],
  ])('refuses %s', async (_what, mode) => {
    expect(await reasonFor(craftZip([{ name: 'a', mode }]))).toBe('unsafe_entry');
  });

  test('ignores Unix modes of an archive that was not made on Unix', async () => {
    expect(await unpacked(craftZip([{ name: 'a', content: '../x', mode: 0o120_777, host: 0 }]))).toEqual({
      a: '../x',
    });
  });

  test('keeps the execute bit and symbolic links', async () => {
    const zip = craftZip([
      { name: 'bin/run', content: '#!', mode: 0o100_755 },
      { name: 'run', content: 'bin/run', mode: 0o120_777 },
    ]);
    await withTree(zip, ({ entries }) => {
      expect(
        entries.map(({ path, kind, executable, target }) => ({ path, kind, executable, target })),
      ).toEqual([
        { path: 'bin', kind: 'directory', executable: true, target: '' },
        { path: 'bin/run', kind: 'file', executable: true, target: '' },
        { path: 'run', kind: 'symlink', executable: true, target: 'bin/run' },
      ]);
    });
  });
});

describe('limits', () => {
  const limits = { ...DEFAULT_LIMITS, maxContentBytes: 1_000, maxEntries: 5 };

  test('accepts exactly as many bytes as allowed and refuses one more', async () => {
    expect(await reasonFor(zipOf({ a: 'x'.repeat(1_000) }), limits)).toBe('accepted');
    expect(await reasonFor(zipOf({ a: 'x'.repeat(1_001) }), limits)).toBe('too_large');
    expect(await reasonFor(zipOf({ a: 'x'.repeat(500), b: 'y'.repeat(501) }), limits)).toBe('too_large');
  });

  test('accepts exactly as many entries as allowed and refuses one more', async () => {
    expect(await reasonFor(zipOf({ a: '', b: '', c: '', d: '', e: '' }), limits)).toBe('accepted');
    expect(await reasonFor(zipOf({ a: '', b: '', c: '', d: '', e: '', f: '' }), limits)).toBe(
      'too_many_entries',
    );
  });

  test('counts directories that are only implied', async () => {
    expect(await reasonFor(zipOf({ 'a/b/c/d/e': '' }), limits)).toBe('accepted');
    expect(await reasonFor(zipOf({ 'a/b/c/d/e/f': '' }), limits)).toBe('too_many_entries');
  });

  test('accepts an archive of exactly the allowed size and refuses one byte more', async () => {
    const zip = zipOf({ a: 'a' });
    expect(await reasonFor(zip, { ...DEFAULT_LIMITS, maxArchiveBytes: zip.length })).toBe('accepted');
    expect(await reasonFor(zip, { ...DEFAULT_LIMITS, maxArchiveBytes: zip.length - 1 })).toBe('too_large');
  });

  test('refuses a bomb by its ratio, quickly and without unpacking it', async () => {
    const zeros = deflateRawSync(Buffer.alloc(4_194_304));
    const one = { content: Buffer.alloc(4_194_304), data: zeros };
    const zip = craftZip(Array.from({ length: 8 }, (_, index) => ({ name: `zeros${index}`, ...one })));
    const started = performance.now();
    expect(await reasonFor(zip)).toBe('too_large');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('accepts a high ratio of little content', async () => {
    expect(await reasonFor(zipOf({ zeros: Buffer.alloc(2_000_000) }))).toBe('accepted');
  });
});

test('reads a file larger than what is unpacked in one call, compressed and stored', async () => {
  const content = Buffer.alloc(3_000_000);
  for (let index = 0; index < content.length; index += 4)
    content.writeUInt32LE((index * 2_654_435_761) >>> 0, index);
  const zip = craftZip([
    { name: 'deflated', content },
    { name: 'stored', content, method: 0 },
  ]);
  await inDirectory(async () => {
    const found = await unpacked(zip);
    expect(found['deflated']).toBe(content.toString());
    expect(found['stored']).toBe(content.toString());
  });
});

test('refuses a wrong checksum of a large file, compressed and stored', async () => {
  const content = Buffer.alloc(2_000_000, 'kiln');
  expect(await reasonFor(craftZip([{ name: 'a', content, crc: 7 }]))).toBe('corrupt');
  expect(await reasonFor(craftZip([{ name: 'a', content, crc: 7, method: 0 }]))).toBe('corrupt');
  expect(await reasonFor(craftZip([{ name: 'a', content, size: 1_999_999 }]))).toBe('corrupt');
});

describe('zip64', () => {
  const text = 'kiln '.repeat(50);

  function sizesField(...sizes: readonly number[]): Buffer {
    const field = Buffer.alloc(4 + 8 * sizes.length);
    field.writeUInt16LE(1, 0);
    field.writeUInt16LE(8 * sizes.length, 2);
    for (const [index, size] of sizes.entries()) field.writeBigUInt64LE(BigInt(size), 4 + 8 * index);
    return field;
  }

  /** Puts the two zip64 records before the end record of a zip. */
  function withEndRecords(zip: Buffer, entries: number, recordOffset?: number): Buffer {
    const end = zip.subarray(zip.length - 22);
    const record = Buffer.alloc(56);
    record.writeUInt32LE(0x0606_4b50, 0);
    record.writeBigUInt64LE(44n, 4);
    record.writeBigUInt64LE(BigInt(entries), 24);
    record.writeBigUInt64LE(BigInt(entries), 32);
    record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
    record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x0706_4b50, 0);
    locator.writeBigUInt64LE(BigInt(recordOffset ?? zip.length - 22), 8);
    locator.writeUInt32LE(1, 16);
    return Buffer.concat([zip.subarray(0, zip.length - 22), record, locator, end]);
  }

  test('accepts sizes in the zip64 field', async () => {
    const compressed = deflateRawSync(text);
    const zip = craftZip([
      {
        name: 'a',
        content: text,
        size: 0xffff_ffff,
        compressedSize: 0xffff_ffff,
        extra: sizesField(text.length, compressed.length),
      },
    ]);
    expect(await unpacked(zip)).toEqual({ a: text });
  });

  test('refuses a zip64 field that is too short', async () => {
    const extra = sizesField(text.length);
    const entry = { name: 'a', content: text, size: 0xffff_ffff, compressedSize: 0xffff_ffff, extra };
    expect(await reasonFor(craftZip([entry]))).toBe('corrupt');
  });

  test('accepts the end records of zip64 when they agree with the others', async () => {
    const zip = craftZip([{ name: 'a', content: text }]);
    expect(await unpacked(withEndRecords(zip, 1))).toEqual({ a: text });
    expect(await reasonFor(withEndRecords(zip, 2))).toBe('ambiguous_archive');
    expect(await reasonFor(withEndRecords(zip, 1, 0))).toBe('corrupt');
  });

  test('refuses a million entries before it reads them', async () => {
    const zip = craftZip([{ name: 'a' }], { entryCount: 0xffff });
    expect(await reasonFor(withEndRecords(zip, 1_000_000))).toBe('too_many_entries');
  });
});
