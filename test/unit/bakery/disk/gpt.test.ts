import { describe, expect, test } from '@jest/globals';
import { ESP_TYPE_GUID, LEGACY_BIOS_BOOTABLE, LINUX_TYPE_GUID, writeGpt } from '#bakery/disk/gpt';
import type { GptLayout } from '#bakery/disk/gpt';
import { readGpt } from '#bakery/disk/read-gpt';
import type { ReadAt } from '#bakery/disk/read-gpt';
import { BLOCK_BYTES, GIB } from '#bakery/model';
import type { Partition } from '#bakery/model';

const esp: Partition = {
  name: 'esp',
  typeGuid: ESP_TYPE_GUID,
  partitionGuid: '01234567-89AB-4DEF-8123-456789ABCDEF',
  offsetBytes: BLOCK_BYTES,
  lengthBytes: 4 * BLOCK_BYTES,
  attributes: LEGACY_BIOS_BOOTABLE,
};
const app: Partition = {
  ...esp,
  name: 'äpp',
  typeGuid: LINUX_TYPE_GUID,
  offsetBytes: 8 * BLOCK_BYTES,
  attributes: '8000000000000001',
};
const layout: GptLayout = {
  diskGuid: 'FEDCBA98-7654-4210-8FED-CBA987654321',
  diskBytes: GIB,
  partitions: [esp, app],
  bootCode: Buffer.alloc(440, 0xeb),
};

function reader(changed: GptLayout): { disk: ReadAt; pieces: { offsetBytes: number; data: Buffer }[] } {
  const pieces = writeGpt(changed).map(({ offsetBytes, data }) => ({ offsetBytes, data: Buffer.from(data) }));
  const disk: ReadAt = (offset, length) => {
    const found = pieces.find(
      ({ offsetBytes, data }) => offset >= offsetBytes && offset < offsetBytes + data.length,
    );
    return (
      found?.data.subarray(offset - found.offsetBytes, offset - found.offsetBytes + length) ??
      Buffer.alloc(length)
    );
  };
  return { disk, pieces };
}

test('reads back what it wrote', () => {
  expect(readGpt(reader(layout).disk, GIB)).toEqual(layout);
});

test('fills the first 34 and the last 33 sectors', () => {
  const [primary, backup] = writeGpt(layout);
  expect([primary.offsetBytes, primary.data.length]).toEqual([0, 34 * 512]);
  expect([backup.offsetBytes, backup.data.length]).toEqual([GIB - 33 * 512, 33 * 512]);
});

test('stores GUIDs with their first three fields swapped', () => {
  const [primary] = writeGpt(layout);
  expect(Buffer.from(primary.data.subarray(1024, 1040)).toString('hex')).toBe(
    '28732ac11ff8d211ba4b00a0c93ec93b',
  );
});

test('protects the whole disk in the MBR, up to 2 TiB', () => {
  const [{ data }] = writeGpt(layout);
  const mbr = Buffer.from(data);
  expect(mbr.subarray(446, 454).toString('hex')).toBe('00000200eeffffff');
  expect([mbr.readUInt32LE(454), mbr.readUInt32LE(458), mbr.readUInt16LE(510)]).toEqual([
    1,
    GIB / 512 - 1,
    0xaa55,
  ]);
  const [huge] = writeGpt({ ...layout, diskBytes: 4096 * GIB });
  expect(Buffer.from(huge.data).readUInt32LE(458)).toBe(0xffff_ffff);
});

describe('layouts that are refused', () => {
  test.each<[string, Partial<GptLayout>]>([
    ['partitions that overlap', { partitions: [esp, { ...app, offsetBytes: 4 * BLOCK_BYTES }] }],
    ['a partition over the primary table', { partitions: [{ ...esp, offsetBytes: 512 }] }],
    [
      'a partition over the backup table',
      { partitions: [{ ...esp, offsetBytes: GIB - BLOCK_BYTES, lengthBytes: BLOCK_BYTES }] },
    ],
    ['a partition that is not whole sectors', { partitions: [{ ...esp, lengthBytes: 513 }] }],
    ['a partition without length', { partitions: [{ ...esp, lengthBytes: 0 }] }],
    ['a name of 37 characters', { partitions: [{ ...esp, name: 'x'.repeat(37) }] }],
    ['a GUID that is none', { diskGuid: 'x' }],
    ['boot code of 441 bytes', { bootCode: Buffer.alloc(441) }],
    ['a disk that is not whole sectors', { diskBytes: GIB + 1 }],
    ['a disk that is too small', { diskBytes: 4096, partitions: [] }],
  ])('refuses %s', (_what, change) => {
    expect(() => writeGpt({ ...layout, ...change })).toThrow();
  });
});

describe('damage that reading notices', () => {
  test.each([
    ['the MBR signature', 0, 510],
    ['the header', 0, 512 + 56],
    ['an entry', 0, 1024 + 40],
    ['the backup header', 1, 32 * 512 + 56],
  ])('refuses damage in %s', (_what, piece, at) => {
    const { disk, pieces } = reader(layout);
    const data = pieces[piece]?.data;
    data?.writeUInt8((data.readUInt8(at) + 1) & 0xff, at);
    expect(() => readGpt(disk, GIB)).toThrow();
  });
});
