import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { ArchiveFile } from '../archive-file.ts';
import { ArtifactRejectedError } from '../artifact-rejected.ts';
import { errorCode } from '../error-code.ts';

// Header and trailer as in RFC 1952, section 2.3.
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const FLAG_HEADER_CRC = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const RESERVED_FLAGS = 0xe0;

/**
 * Unpacks a gzip file that holds exactly one member. Node's own gunzip would go on with a second member and ignore
 * other bytes at the end, where other programs do the opposite.
 */
export async function* gunzipSingleMember(archive: ArchiveFile): AsyncGenerator<Buffer, void, undefined> {
  const dataOffset = headerBytes(archive);
  const source = Readable.from(archive.pieces(dataOffset, archive.bytes - dataOffset));
  const inflate = createInflateRaw({ chunkSize: 262_144 });
  source.on('error', (error) => inflate.destroy(error));
  source.pipe(inflate);
  let crc = 0;
  let bytes = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      bytes += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw asRejection(cause);
  } finally {
    source.destroy();
    inflate.destroy();
  }
  checkTrailer(archive, dataOffset + inflate.bytesWritten, crc, bytes);
}

function checkTrailer(archive: ArchiveFile, offset: number, crc: number, bytes: number): void {
  const trailer = archive.read(offset, TRAILER_BYTES);
  if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== bytes % 2 ** 32) {
    throw new ArtifactRejectedError('corrupt', 'the gzip archive has a wrong checksum or length');
  }
  if (offset + TRAILER_BYTES !== archive.bytes) {
    throw new ArtifactRejectedError('ambiguous_archive', 'there are bytes after the end of the gzip archive');
  }
}

function headerBytes(archive: ArchiveFile): number {
  const header = archive.read(0, HEADER_BYTES);
  const flags = header.readUInt8(3);
  if (header.readUInt8(2) !== 8 || (flags & RESERVED_FLAGS) !== 0) {
    throw new ArtifactRejectedError('unsupported', 'the gzip archive uses a method other than deflate');
  }
  let at = HEADER_BYTES;
  if ((flags & FLAG_EXTRA) !== 0) at += 2 + archive.read(at, 2).readUInt16LE(0);
  if ((flags & FLAG_NAME) !== 0) at = afterZero(archive, at);
  if ((flags & FLAG_COMMENT) !== 0) at = afterZero(archive, at);
  if ((flags & FLAG_HEADER_CRC) !== 0) at += 2;
  archive.read(0, at);
  return at;
}

function afterZero(archive: ArchiveFile, from: number): number {
  for (let at = from; ; at++) {
    if (archive.read(at, 1)[0] === 0) return at + 1;
  }
}

function asRejection(cause: unknown): unknown {
  const code = errorCode(cause);
  if (code === 'Z_BUF_ERROR') {
    return new ArtifactRejectedError('truncated', 'the gzip archive was cut short', { cause });
  }
  if (code.startsWith('Z_')) {
    return new ArtifactRejectedError('corrupt', 'the gzip archive has broken compressed data', { cause });
  }
  return cause;
}
