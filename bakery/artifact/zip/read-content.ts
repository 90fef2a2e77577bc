import { Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import type { InflateRaw } from 'node:zlib';
import type { ArchiveFile } from '../archive-file.ts';
import { ArtifactRejectedError } from '../artifact-rejected.ts';
import { errorCode } from '../error-code.ts';
import { printable } from '../entry-path.ts';
import type { Pieces } from '../tree.ts';
import { STORED } from './read-directory.ts';
import type { CentralEntry } from './read-directory.ts';

// Up to this size one call is faster than a stream and the memory is of no concern.
const ONE_CALL_BYTES = 1_048_576;

/** The unpacked content of an entry in pieces, checked against its stated length and checksum. */
export function readContent(archive: ArchiveFile, entry: CentralEntry, dataOffset: number): Pieces {
  if (entry.method === STORED) {
    if (entry.compressedBytes !== entry.bytes) refuse(entry, 'has two different lengths');
    if (entry.bytes <= ONE_CALL_BYTES) return [storedAtOnce(archive, entry, dataOffset)];
    return inPieces(archive, entry, dataOffset);
  }
  if (fitsOneCall(entry)) return [readContentAtOnce(archive, entry, dataOffset)];
  return inflateInPieces(archive, entry, dataOffset);
}

/** Whether an entry is compressed and small enough to be unpacked in one call. */
export function fitsOneCall(entry: CentralEntry): boolean {
  return (
    entry.method !== STORED && entry.bytes <= ONE_CALL_BYTES && entry.compressedBytes <= 2 * ONE_CALL_BYTES
  );
}

/** The unpacked content of a small compressed entry, checked against its stated length and checksum. */
export function readContentAtOnce(archive: ArchiveFile, entry: CentralEntry, dataOffset: number): Buffer {
  const content = inflateAtOnce(archive.read(dataOffset, entry.compressedBytes), entry);
  if (content.length !== entry.bytes) {
    refuse(entry, `unpacks to ${content.length} bytes, not ${entry.bytes}`);
  }
  if (crc32(content) !== entry.crc) refuse(entry, 'has a wrong checksum');
  return content;
}

function storedAtOnce(archive: ArchiveFile, entry: CentralEntry, dataOffset: number): Buffer {
  const content = archive.read(dataOffset, entry.bytes);
  if (crc32(content) !== entry.crc) refuse(entry, 'has a wrong checksum');
  return content;
}

function inflateAtOnce(compressed: Buffer, entry: CentralEntry): Buffer {
  try {
    // `info` makes the call return the engine too, which knows how much of its input it used.
    const result = inflateRawSync(compressed, {
      chunkSize: Math.max(64, entry.bytes),
      maxOutputLength: Math.max(1, entry.bytes),
      info: true,
    }) as unknown as { buffer: Buffer; engine: InflateRaw };
    if (result.engine.bytesWritten !== compressed.length)
      refuse(entry, 'has bytes behind its compressed data');
    return result.buffer;
  } catch (cause) {
    throw asRejection(cause, entry);
  }
}

async function* inflateInPieces(
  archive: ArchiveFile,
  entry: CentralEntry,
  dataOffset: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.from(archive.pieces(dataOffset, entry.compressedBytes));
  const inflate = createInflateRaw({ chunkSize: 262_144 });
  source.on('error', (error) => inflate.destroy(error));
  source.pipe(inflate);
  const check = new ContentCheck(entry);
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      check.add(chunk);
      yield chunk;
    }
    check.finish();
    if (inflate.bytesWritten !== entry.compressedBytes) refuse(entry, 'has bytes behind its compressed data');
  } catch (cause) {
    throw asRejection(cause, entry);
  } finally {
    source.destroy();
    inflate.destroy();
  }
}

async function* inPieces(
  archive: ArchiveFile,
  entry: CentralEntry,
  dataOffset: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const check = new ContentCheck(entry);
  for (const piece of archive.pieces(dataOffset, entry.bytes)) {
    check.add(piece);
    yield piece;
  }
  check.finish();
}

class ContentCheck {
  readonly #entry: CentralEntry;
  #bytes = 0;
  #crc = 0;

  constructor(entry: CentralEntry) {
    this.#entry = entry;
  }

  add(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#entry.bytes)
      refuse(this.#entry, `unpacks to more than ${this.#entry.bytes} bytes`);
    this.#crc = crc32(piece, this.#crc);
  }

  finish(): void {
    if (this.#bytes !== this.#entry.bytes) {
      refuse(this.#entry, `unpacks to ${this.#bytes} bytes, not ${this.#entry.bytes}`);
    }
    if (this.#crc !== this.#entry.crc) refuse(this.#entry, 'has a wrong checksum');
  }
}

function asRejection(cause: unknown, entry: CentralEntry): unknown {
  const code = errorCode(cause);
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return rejection(entry, `unpacks to more than ${entry.bytes} bytes`, cause);
  }
  return code.startsWith('Z_') ? rejection(entry, 'has broken compressed data', cause) : cause;
}

function refuse(entry: CentralEntry, why: string): never {
  throw rejection(entry, why);
}

function rejection(entry: CentralEntry, why: string, cause?: unknown): ArtifactRejectedError {
  return new ArtifactRejectedError('corrupt', `'${printable(entry.name)}' ${why}`, { cause });
}
