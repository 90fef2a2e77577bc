import { crc32 } from 'node:zlib';
import type { Partition } from '../model.ts';
import { guidToBytes } from './guid.ts';

/** Logical sector size of every Kiln disk in bytes. */
export const SECTOR_BYTES = 512;
/** Length of the boot code at the start of the master boot record in bytes. */
export const BOOT_CODE_BYTES = 440;
/** GPT type "EFI system partition". */
export const ESP_TYPE_GUID = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
/** GPT type "Linux filesystem data". */
export const LINUX_TYPE_GUID = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';
/** Partition attribute bit 2, "legacy BIOS bootable": where syslinux's GPT boot code looks for its partition. */
export const LEGACY_BIOS_BOOTABLE = '0000000000000004';

const ENTRY_COUNT = 128;
const ENTRY_BYTES = 128;
const ENTRIES_BYTES = ENTRY_COUNT * ENTRY_BYTES;
const ENTRIES_SECTORS = ENTRIES_BYTES / SECTOR_BYTES;
const HEADER_BYTES = 92;

/** What a partition table says of a disk. */
export interface GptLayout {
  /** Upper-case GUID of the disk. */
  readonly diskGuid: string;
  /** Length of the disk in bytes, a multiple of 512. */
  readonly diskBytes: number;
  readonly partitions: readonly Partition[];
  /** At most 440 bytes of BIOS boot code; empty for a disk that only UEFI boots. */
  readonly bootCode: Uint8Array;
}

/** Bytes that belong at a place of the disk. */
export interface DiskPiece {
  readonly offsetBytes: number;
  readonly data: Uint8Array;
}

/**
 * Writes the partition table of a disk: the protective MBR with the primary table (the disk's first 34 sectors) and the
 * backup table (its last 33 sectors).
 */
export function writeGpt(layout: GptLayout): readonly [primary: DiskPiece, backup: DiskPiece] {
  const sectors = layout.diskBytes / SECTOR_BYTES;
  checkLayout(layout, sectors);
  const entries = partitionEntries(layout.partitions);
  const entriesCrc = crc32(entries);
  const lastSector = sectors - 1;
  const primaryHeader = header({ layout, own: 1, other: lastSector, entriesAt: 2, entriesCrc, sectors });
  const backupEntriesAt = lastSector - ENTRIES_SECTORS;
  const backupHeader = header({
    layout,
    own: lastSector,
    other: 1,
    entriesAt: backupEntriesAt,
    entriesCrc,
    sectors,
  });
  return [
    {
      offsetBytes: 0,
      data: Buffer.concat([protectiveMbr(layout.bootCode, sectors), primaryHeader, entries]),
    },
    { offsetBytes: backupEntriesAt * SECTOR_BYTES, data: Buffer.concat([entries, backupHeader]) },
  ];
}

interface HeaderPlace {
  readonly layout: GptLayout;
  readonly own: number;
  readonly other: number;
  readonly entriesAt: number;
  readonly entriesCrc: number;
  readonly sectors: number;
}

function header({ layout, own, other, entriesAt, entriesCrc, sectors }: HeaderPlace): Buffer {
  const bytes = Buffer.alloc(SECTOR_BYTES);
  bytes.write('EFI PART', 0, 'latin1');
  bytes.writeUInt32LE(0x0001_0000, 8);
  bytes.writeUInt32LE(HEADER_BYTES, 12);
  bytes.writeBigUInt64LE(BigInt(own), 24);
  bytes.writeBigUInt64LE(BigInt(other), 32);
  bytes.writeBigUInt64LE(BigInt(2 + ENTRIES_SECTORS), 40);
  bytes.writeBigUInt64LE(BigInt(sectors - 2 - ENTRIES_SECTORS), 48);
  guidToBytes(layout.diskGuid).copy(bytes, 56);
  bytes.writeBigUInt64LE(BigInt(entriesAt), 72);
  bytes.writeUInt32LE(ENTRY_COUNT, 80);
  bytes.writeUInt32LE(ENTRY_BYTES, 84);
  bytes.writeUInt32LE(entriesCrc, 88);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER_BYTES)), 16);
  return bytes;
}

function partitionEntries(partitions: readonly Partition[]): Buffer {
  const table = Buffer.alloc(ENTRIES_BYTES);
  for (const [index, partition] of partitions.entries()) {
    const entry = table.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
    guidToBytes(partition.typeGuid).copy(entry, 0);
    guidToBytes(partition.partitionGuid).copy(entry, 16);
    entry.writeBigUInt64LE(BigInt(partition.offsetBytes / SECTOR_BYTES), 32);
    entry.writeBigUInt64LE(BigInt((partition.offsetBytes + partition.lengthBytes) / SECTOR_BYTES - 1), 40);
    entry.writeBigUInt64LE(BigInt(`0x${partition.attributes}`), 48);
    entry.write(partition.name, 56, 'utf16le');
  }
  return table;
}

function protectiveMbr(bootCode: Uint8Array, sectors: number): Buffer {
  const mbr = Buffer.alloc(SECTOR_BYTES);
  mbr.set(bootCode, 0);
  // One entry of type 0xEE over the whole disk (UEFI 2.10 §5.2.3): start CHS 0/0/2, end CHS "beyond".
  mbr.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446);
  mbr.writeUInt32LE(1, 454);
  mbr.writeUInt32LE(Math.min(sectors - 1, 0xffff_ffff), 458);
  mbr.writeUInt16LE(0xaa55, 510);
  return mbr;
}

function checkLayout(layout: GptLayout, sectors: number): void {
  if (!Number.isSafeInteger(sectors) || sectors < 2 * (ENTRIES_SECTORS + 2)) {
    throw new RangeError(`a disk of ${layout.diskBytes} bytes cannot hold a partition table`);
  }
  if (layout.bootCode.length > BOOT_CODE_BYTES) {
    throw new RangeError(`boot code is ${layout.bootCode.length} bytes, at most ${BOOT_CODE_BYTES} fit`);
  }
  if (layout.partitions.length > ENTRY_COUNT) {
    throw new RangeError(`${layout.partitions.length} partitions, at most ${ENTRY_COUNT} fit`);
  }
  let free = (2 + ENTRIES_SECTORS) * SECTOR_BYTES;
  for (const partition of layout.partitions.toSorted((a, b) => a.offsetBytes - b.offsetBytes)) {
    checkPartition(partition, free, (sectors - 1 - ENTRIES_SECTORS) * SECTOR_BYTES);
    free = partition.offsetBytes + partition.lengthBytes;
  }
}

function checkPartition(partition: Partition, free: number, end: number): void {
  const { name, offsetBytes, lengthBytes } = partition;
  if (name.length > 36) throw new RangeError(`partition name '${name}' is longer than 36 UTF-16 units`);
  if (offsetBytes % SECTOR_BYTES !== 0 || lengthBytes % SECTOR_BYTES !== 0 || lengthBytes <= 0) {
    throw new RangeError(
      `partition '${name}' (${offsetBytes}+${lengthBytes}) is not whole sectors of 512 bytes`,
    );
  }
  if (offsetBytes < free) {
    throw new RangeError(`partition '${name}' starts at ${offsetBytes}, the space before ${free} is taken`);
  }
  if (offsetBytes + lengthBytes > end) {
    throw new RangeError(
      `partition '${name}' ends at ${offsetBytes + lengthBytes}, the disk has room up to ${end}`,
    );
  }
}
