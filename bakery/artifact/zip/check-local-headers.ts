import type { ArchiveFile } from '../archive-file.ts';
import { ArtifactRejectedError } from '../artifact-rejected.ts';
import { printable } from '../entry-path.ts';
import { zip64Sizes } from './extra-field.ts';
import type { CentralEntry } from './read-directory.ts';

const LOCAL_SIGNATURE = 0x0403_4b50;
const LOCAL_BYTES = 30;
const DESCRIPTOR_SIGNATURE = 0x0807_4b50;
const HAS_DESCRIPTOR = 0x0008;
const UTF8_NAME = 0x0800;

/**
 * Compares every local header with the central directory and checks that headers and data fill the file from its first
 * byte to the directory without a gap or an overlap. Returns where each entry's data begins, in the order given.
 */
export function checkLocalHeaders(
  archive: ArchiveFile,
  entries: readonly CentralEntry[],
  directoryOffset: number,
): readonly number[] {
  const dataOffsets = Array.from<number>({ length: entries.length });
  const order = Array.from(entries, (entry, index) => ({ entry, index })).toSorted(
    (a, b) => a.entry.localOffset - b.entry.localOffset,
  );
  checkStart(order[0]?.entry, directoryOffset);
  for (const [rank, { entry, index }] of order.entries()) {
    const next = order[rank + 1]?.entry.localOffset ?? directoryOffset;
    const dataOffset = checkHeader(archive, entry, next);
    checkEnd(archive, entry, dataOffset + entry.compressedBytes, next);
    dataOffsets[index] = dataOffset;
  }
  return dataOffsets;
}

function checkStart(first: CentralEntry | undefined, directoryOffset: number): void {
  if ((first?.localOffset ?? directoryOffset) !== 0) {
    throw new ArtifactRejectedError(
      'ambiguous_archive',
      'there are bytes before the first entry of the zip archive',
    );
  }
}

function checkHeader(archive: ArchiveFile, entry: CentralEntry, limit: number): number {
  if (entry.localOffset + LOCAL_BYTES > limit) refuseOverlap(entry);
  const header = archive.read(entry.localOffset, LOCAL_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) disagree(entry, 'place');
  const nameEnd = LOCAL_BYTES + header.readUInt16LE(26);
  const headerBytes = nameEnd + header.readUInt16LE(28);
  const dataOffset = entry.localOffset + headerBytes;
  if (dataOffset > limit) refuseOverlap(entry);
  const whole = archive.read(entry.localOffset, headerBytes);
  if (whole.compare(entry.nameBytes, 0, entry.nameBytes.length, LOCAL_BYTES, nameEnd) !== 0) {
    disagree(entry, 'name');
  }
  const flags = header.readUInt16LE(6);
  if (((flags ^ entry.flags) & (HAS_DESCRIPTOR | UTF8_NAME | 1)) !== 0) disagree(entry, 'flags');
  if (header.readUInt16LE(8) !== entry.method) disagree(entry, 'method');
  const sizes = zip64Sizes(whole.subarray(nameEnd), entry.name, {
    bytes: header.readUInt32LE(22),
    compressedBytes: header.readUInt32LE(18),
    localOffset: 0,
  });
  // With a descriptor behind the data, the header's own values may be left at zero.
  const later = (flags & HAS_DESCRIPTOR) !== 0;
  if (!matches(sizes.bytes, entry.bytes, later)) disagree(entry, 'size');
  if (!matches(sizes.compressedBytes, entry.compressedBytes, later)) disagree(entry, 'compressed size');
  if (!matches(header.readUInt32LE(14), entry.crc, later)) disagree(entry, 'checksum');
  return dataOffset;
}

function matches(local: number, central: number, later: boolean): boolean {
  return local === central || (later && local === 0);
}

function checkEnd(archive: ArchiveFile, entry: CentralEntry, dataEnd: number, next: number): void {
  if (dataEnd > next) refuseOverlap(entry);
  if ((entry.flags & HAS_DESCRIPTOR) === 0) {
    if (dataEnd !== next) {
      throw new ArtifactRejectedError(
        'ambiguous_archive',
        `there are bytes behind '${printable(entry.name)}' that belong to no entry`,
      );
    }
    return;
  }
  const length = next - dataEnd;
  if (![12, 16, 20, 24].includes(length) || !isDescriptorOf(archive.read(dataEnd, length), entry)) {
    throw new ArtifactRejectedError('corrupt', `the data descriptor of '${printable(entry.name)}' is wrong`);
  }
}

function isDescriptorOf(record: Buffer, entry: CentralEntry): boolean {
  const signed = record.length === 16 || record.length === 24;
  if (signed && record.readUInt32LE(0) !== DESCRIPTOR_SIGNATURE) return false;
  const values = record.subarray(signed ? 4 : 0);
  const wide = values.length === 20;
  const compressedBytes = wide ? Number(values.readBigUInt64LE(4)) : values.readUInt32LE(4);
  const bytes = wide ? Number(values.readBigUInt64LE(12)) : values.readUInt32LE(8);
  return (
    values.readUInt32LE(0) === entry.crc && compressedBytes === entry.compressedBytes && bytes === entry.bytes
  );
}

function refuseOverlap(entry: CentralEntry): never {
  throw new ArtifactRejectedError(
    'overlap',
    `'${printable(entry.name)}' shares bytes of the archive with another entry`,
  );
}

function disagree(entry: CentralEntry, what: string): never {
  throw new ArtifactRejectedError(
    'corrupt',
    `the two records of '${printable(entry.name)}' in the zip archive disagree about its ${what}`,
  );
}
