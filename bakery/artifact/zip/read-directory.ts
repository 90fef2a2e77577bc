import type { ArchiveFile } from '../archive-file.ts';
import { ArtifactRejectedError } from '../artifact-rejected.ts';
import { decodeEntryName, printable } from '../entry-path.ts';
import type { DirectoryPlace } from './find-directory.ts';
import { extraField, zip64Sizes } from './extra-field.ts';

const CENTRAL_SIGNATURE = 0x0201_4b50;
const CENTRAL_BYTES = 46;
const UNICODE_PATH_FIELD = 0x7075;
// Hosts whose external attributes carry Unix permissions: Unix and macOS.
const UNIX_HOSTS = new Set([3, 19]);
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000;
const PATCHED = 0x0020;

/** Compression methods: only these two are read. */
export const STORED = 0;
const DEFLATED = 8;

/** One line of the central directory. */
export interface CentralEntry {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly localOffset: number;
  /** `st_mode` as the archive gives it; 0 when it was made where there is none. */
  readonly unixMode: number;
}

/** Reads the central directory: each entry once, nothing between them, nothing left over. */
export function readDirectory(archive: ArchiveFile, place: DirectoryPlace): CentralEntry[] {
  const directory = archive.read(place.offset, place.bytes);
  const entries: CentralEntry[] = [];
  let at = 0;
  while (at < directory.length) {
    if (at + CENTRAL_BYTES > directory.length || directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) {
      throw new ArtifactRejectedError(
        'corrupt',
        `the zip directory is broken after ${entries.length} entries`,
      );
    }
    const length =
      CENTRAL_BYTES +
      directory.readUInt16LE(at + 28) +
      directory.readUInt16LE(at + 30) +
      directory.readUInt16LE(at + 32);
    if (at + length > directory.length) {
      throw new ArtifactRejectedError(
        'corrupt',
        `the zip directory is broken after ${entries.length} entries`,
      );
    }
    entries.push(centralEntry(directory.subarray(at, at + length)));
    at += length;
  }
  if (entries.length !== place.entries) {
    throw new ArtifactRejectedError(
      'corrupt',
      `the zip directory lists ${entries.length} entries, its end record says ${place.entries}`,
    );
  }
  return entries;
}

function centralEntry(record: Buffer): CentralEntry {
  const nameEnd = CENTRAL_BYTES + record.readUInt16LE(28);
  const nameBytes = record.subarray(CENTRAL_BYTES, nameEnd);
  const name = decodeEntryName(nameBytes);
  const extra = record.subarray(nameEnd, nameEnd + record.readUInt16LE(30));
  const flags = record.readUInt16LE(8);
  const method = record.readUInt16LE(10);
  if ((flags & ENCRYPTED) !== 0) {
    throw new ArtifactRejectedError('unsupported', `'${printable(name)}' is encrypted`);
  }
  if ((flags & PATCHED) !== 0 || (method !== STORED && method !== DEFLATED)) {
    throw new ArtifactRejectedError(
      'unsupported',
      `'${printable(name)}' uses compression method ${method}; 'stored' and 'deflate' are accepted`,
    );
  }
  if (record.readUInt16LE(34) !== 0) {
    throw new ArtifactRejectedError('unsupported', 'the zip archive is one part of several');
  }
  const unicodePath = extraField(extra, UNICODE_PATH_FIELD, name);
  if (unicodePath !== undefined && !unicodePath.subarray(5).equals(nameBytes)) {
    throw new ArtifactRejectedError('bad_name', `'${printable(name)}' has a second, different name`);
  }
  return {
    name,
    nameBytes,
    flags,
    method,
    crc: record.readUInt32LE(16),
    ...zip64Sizes(extra, name, {
      bytes: record.readUInt32LE(24),
      compressedBytes: record.readUInt32LE(20),
      localOffset: record.readUInt32LE(42),
    }),
    unixMode: UNIX_HOSTS.has(record.readUInt8(5)) ? record.readUInt16LE(40) : 0,
  };
}
