import { crc32 } from 'node:zlib';
import type { Partition } from '../model.ts';
import { BOOT_CODE_BYTES, SECTOR_BYTES } from './gpt.ts';
import type { GptLayout } from './gpt.ts';
import { guidFromBytes } from './guid.ts';

/** Reads `length` bytes of a disk at `offsetBytes`. */
export type ReadAt = (offsetBytes: number, length: number) => Uint8Array;

/** Reads the primary partition table of a disk, with the checks that firmware makes; throws when one fails. */
export function readGpt(readAt: ReadAt, diskBytes: number): GptLayout {
  const mbr = Buffer.from(readAt(0, SECTOR_BYTES));
  if (mbr.readUInt16LE(510) !== 0xaa55 || mbr[450] !== 0xee)
    throw new Error('the disk has no protective MBR');
  const header = readHeader(readAt, 1);
  const backup = readHeader(readAt, Number(header.readBigUInt64LE(32)));
  if (backup.readUInt32LE(88) !== header.readUInt32LE(88)) {
    throw new Error('the backup partition table differs from the primary one');
  }
  return {
    diskGuid: guidFromBytes(header.subarray(56, 72)),
    diskBytes,
    partitions: readEntries(readAt, header),
    bootCode: mbr.subarray(0, BOOT_CODE_BYTES),
  };
}

function readHeader(readAt: ReadAt, sector: number): Buffer {
  const header = Buffer.from(readAt(sector * SECTOR_BYTES, SECTOR_BYTES));
  if (header.toString('latin1', 0, 8) !== 'EFI PART') throw new Error(`sector ${sector} holds no GPT header`);
  const length = header.readUInt32LE(12);
  const stated = header.readUInt32LE(16);
  header.writeUInt32LE(0, 16);
  if (length > SECTOR_BYTES || crc32(header.subarray(0, length)) !== stated) {
    throw new Error(`the GPT header in sector ${sector} has a wrong checksum`);
  }
  return header;
}

function readEntries(readAt: ReadAt, header: Buffer): Partition[] {
  const count = header.readUInt32LE(80);
  const size = header.readUInt32LE(84);
  if (count * size > 1_048_576)
    throw new Error(`a partition table of ${count} × ${size} bytes is not credible`);
  const table = Buffer.from(readAt(Number(header.readBigUInt64LE(72)) * SECTOR_BYTES, count * size));
  if (crc32(table) !== header.readUInt32LE(88))
    throw new Error('the partition entries have a wrong checksum');
  const partitions: Partition[] = [];
  for (let index = 0; index < count; index++) {
    const entry = table.subarray(index * size, (index + 1) * size);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const first = Number(entry.readBigUInt64LE(32));
    const last = Number(entry.readBigUInt64LE(40));
    partitions.push({
      name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
      typeGuid: guidFromBytes(entry.subarray(0, 16)),
      partitionGuid: guidFromBytes(entry.subarray(16, 32)),
      attributes: entry.readBigUInt64LE(48).toString(16).padStart(16, '0'),
      offsetBytes: first * SECTOR_BYTES,
      lengthBytes: (last - first + 1) * SECTOR_BYTES,
    });
  }
  return partitions;
}
