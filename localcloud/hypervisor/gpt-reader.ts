import type { FileHandle } from 'node:fs/promises';

const SECTOR_BYTES = 512;
const ENTRY_LIMIT_BYTES = 1_048_576;
/** C12A7328-F81F-11D2-BA4B-00A0C93EC93B, the EFI system partition, as its bytes stand in the table. */
const EFI_SYSTEM_TYPE = Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');

/** A stretch of a disk in bytes. */
export interface Extent {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Reads exactly `length` bytes at `offset`; throws when the file is shorter. */
export const readExactly = async (file: FileHandle, offset: number, length: number): Promise<Buffer> => {
  const data = Buffer.alloc(length);
  const { bytesRead } = await file.read(data, 0, length, offset);
  if (bytesRead !== length) {
    throw new Error(`the disk ends at ${offset + bytesRead}, needed ${length} bytes at ${offset}`);
  }
  return data;
};

/** Finds the EFI system partition in the GUID partition table of a disk; undefined when it has none. */
export const findEfiSystemPartition = async (file: FileHandle): Promise<Extent | undefined> => {
  const header = await readExactly(file, SECTOR_BYTES, SECTOR_BYTES);
  if (header.toString('latin1', 0, 8) !== 'EFI PART') return undefined;
  const tableOffset = Number(header.readBigUInt64LE(72)) * SECTOR_BYTES;
  const count = header.readUInt32LE(80);
  const entryBytes = header.readUInt32LE(84);
  if (entryBytes < 128 || count * entryBytes > ENTRY_LIMIT_BYTES) return undefined;
  const table = await readExactly(file, tableOffset, count * entryBytes);
  for (let offset = 0; offset < table.length; offset += entryBytes) {
    if (!table.subarray(offset, offset + 16).equals(EFI_SYSTEM_TYPE)) continue;
    const first = Number(table.readBigUInt64LE(offset + 32));
    const last = Number(table.readBigUInt64LE(offset + 40));
    return { offsetBytes: first * SECTOR_BYTES, lengthBytes: (last - first + 1) * SECTOR_BYTES };
  }
  return undefined;
};
