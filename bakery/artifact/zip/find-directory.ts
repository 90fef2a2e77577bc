import type { ArchiveFile } from '../archive-file.ts';
import { ArtifactRejectedError } from '../artifact-rejected.ts';

// Field offsets in this folder are those of PKWARE's APPNOTE 6.3.10, sections 4.3.7 to 4.3.16.
const END_SIGNATURE = 0x0605_4b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const ZIP64_LOCATOR_SIGNATURE = 0x0706_4b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_SIGNATURE = 0x0606_4b50;
const ZIP64_END_BYTES = 56;

/** Where a zip's table of contents lies. */
export interface DirectoryPlace {
  readonly offset: number;
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Finds the central directory. There must be exactly one reading of the file: nothing after the end record, nothing
 * between the directory and the end record, and no second end record that another unpacker could prefer.
 */
export function findDirectory(archive: ArchiveFile): DirectoryPlace {
  const tailBytes = Math.min(archive.bytes, END_BYTES + MAX_COMMENT_BYTES);
  const tailOffset = archive.bytes - tailBytes;
  const tail = archive.read(tailOffset, tailBytes);
  const at = endRecordAt(tail, tailOffset);
  const end = tail.subarray(at, at + END_BYTES);
  if (end.readUInt16LE(4) !== 0 || end.readUInt16LE(6) !== 0) {
    throw new ArtifactRejectedError('unsupported', 'the zip archive is one part of several');
  }
  const place = {
    offset: end.readUInt32LE(16),
    bytes: end.readUInt32LE(12),
    entries: end.readUInt16LE(10),
  };
  const endOffset = tailOffset + at;
  const zip64 = zip64Directory(archive, endOffset, place);
  const directory = zip64?.place ?? place;
  if (zip64 === undefined && end.readUInt16LE(8) !== place.entries) {
    throw new ArtifactRejectedError('unsupported', 'the zip archive is one part of several');
  }
  if (directory.offset + directory.bytes !== (zip64?.recordOffset ?? endOffset)) {
    throw new ArtifactRejectedError(
      'ambiguous_archive',
      'there are bytes before, after or inside the zip archive that do not belong to it',
    );
  }
  return directory;
}

/** Whether a file that does not begin like a zip ends like one. */
export function endsLikeZip(archive: ArchiveFile): boolean {
  if (archive.bytes < END_BYTES) return false;
  const tailBytes = Math.min(archive.bytes, END_BYTES + MAX_COMMENT_BYTES);
  const tail = archive.read(archive.bytes - tailBytes, tailBytes);
  return endRecords(tail).some((at) => at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length);
}

function endRecordAt(tail: Buffer, tailOffset: number): number {
  const found = endRecords(tail);
  const exact = found.filter((at) => at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length);
  if (exact.length > 1) {
    throw new ArtifactRejectedError('ambiguous_archive', 'the zip archive has two end records');
  }
  if (exact[0] !== undefined) return exact[0];
  const complete = found.some((at) => {
    const directoryEnd = tail.readUInt32LE(at + 12) + tail.readUInt32LE(at + 16);
    return directoryEnd === tailOffset + at && at + END_BYTES + tail.readUInt16LE(at + 20) < tail.length;
  });
  if (complete) {
    throw new ArtifactRejectedError('ambiguous_archive', 'there are bytes after the end of the zip archive');
  }
  throw new ArtifactRejectedError('truncated', 'the zip archive lacks its end: it was cut short');
}

function endRecords(tail: Buffer): number[] {
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END_SIGNATURE);
  const found: number[] = [];
  for (let at = tail.indexOf(signature); at >= 0; at = tail.indexOf(signature, at + 1)) {
    if (at + END_BYTES <= tail.length) found.push(at);
  }
  return found;
}

function zip64Directory(
  archive: ArchiveFile,
  endOffset: number,
  place: DirectoryPlace,
): { place: DirectoryPlace; recordOffset: number } | undefined {
  const locatorOffset = endOffset - ZIP64_LOCATOR_BYTES;
  const locator = locatorOffset < 0 ? undefined : archive.read(locatorOffset, ZIP64_LOCATOR_BYTES);
  if (locator?.readUInt32LE(0) !== ZIP64_LOCATOR_SIGNATURE) return undefined;
  const recordOffset = Number(locator.readBigUInt64LE(8));
  if (recordOffset + ZIP64_END_BYTES !== locatorOffset) {
    throw new ArtifactRejectedError('corrupt', 'the zip64 end record is not where its locator says');
  }
  const record = archive.read(recordOffset, ZIP64_END_BYTES);
  if (record.readUInt32LE(0) !== ZIP64_END_SIGNATURE) {
    throw new ArtifactRejectedError('corrupt', 'the zip64 end record is not where its locator says');
  }
  if (locator.readUInt32LE(16) > 1 || record.readUInt32LE(16) !== 0 || record.readUInt32LE(20) !== 0) {
    throw new ArtifactRejectedError('unsupported', 'the zip archive is one part of several');
  }
  const wide = {
    entries: Number(record.readBigUInt64LE(32)),
    bytes: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
  };
  const agrees =
    (place.entries === 0xffff || place.entries === wide.entries) &&
    (place.bytes === 0xffff_ffff || place.bytes === wide.bytes) &&
    (place.offset === 0xffff_ffff || place.offset === wide.offset);
  if (!agrees) {
    throw new ArtifactRejectedError('ambiguous_archive', 'the two end records of the zip archive disagree');
  }
  return { place: wide, recordOffset };
}
