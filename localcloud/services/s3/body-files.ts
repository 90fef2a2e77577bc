import { mkdirSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Random } from '../../random.ts';
import { type Algorithm, type RunningChecksum, startChecksum } from './checksums.ts';
import { entityTooLarge } from './errors.ts';

/** Bytes in a request: a stream from the wire, or anything in memory from a call in the process. */
export type Body = AsyncIterable<Uint8Array | string> | Uint8Array | string | undefined;

/** A body that arrived whole: in memory when small, else in a file of its own. */
export interface ReceivedBody {
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  /** Base64, of the algorithm asked for. */
  readonly checksum: string | null;
  readonly data: Uint8Array | null;
  readonly file: string | null;
}

/** A stretch of a stored file. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

/** The files that hold the bytes of objects. A file's name is random and never derived from a key. */
export interface BodyFiles {
  /** Reads `body` to its end and makes it durable. A body that fails leaves nothing. */
  receive(
    body: Body,
    algorithm: Algorithm | undefined,
    options?: { readonly alwaysFile?: boolean },
  ): Promise<ReceivedBody>;
  /** Bytes `start` to `end` (inclusive) of the segments laid end to end. The files stay until the stream is closed. */
  read(segments: readonly Segment[], start: number, end: number): Readable;
  /** Removes a file as soon as nobody reads it. */
  discard(file: string): void;
  /** Removes partial uploads and every file that is not in `known`. */
  sweep(known: ReadonlySet<string>): void;
}

// Below this a row is faster than a file: one page or a few, no fsync of its own.
const inlineBytes = 16_384;
// Largest object that one PutObject may carry ("Amazon S3 User Guide", multipart limits).
const largestBody = 5 * 1024 ** 3;
const writeBytes = 1024 ** 2;

async function* chunksOf(body: Body): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (typeof body === 'string') yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else for await (const chunk of body) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Opens the folder of object files. */
export const openBodyFiles = (directory: string, random: Random): BodyFiles => {
  const incoming = join(directory, 'incoming');
  const objects = join(directory, 'objects');
  mkdirSync(incoming, { recursive: true });
  mkdirSync(objects, { recursive: true });
  const readers = new Map<string, number>();
  const doomed = new Set<string>();
  const pathOf = (file: string): string => join(objects, file.slice(0, 2), file);

  const unlink = (file: string): void => rmSync(pathOf(file), { force: true });

  const release = (file: string): void => {
    const left = (readers.get(file) ?? 1) - 1;
    if (left > 0) {
      readers.set(file, left);
      return;
    }
    readers.delete(file);
    if (doomed.delete(file)) unlink(file);
  };

  const syncFolder = async (folder: string): Promise<void> => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };

  const settle = async (temporary: string, file: string): Promise<void> => {
    const path = pathOf(file);
    const created = await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
    await syncFolder(dirname(path));
    if (created !== undefined) await syncFolder(objects);
  };

  const receive: BodyFiles['receive'] = async (body, algorithm, { alwaysFile = false } = {}) => {
    const md5 = createHash('md5');
    const checksum: RunningChecksum | undefined =
      algorithm === undefined ? undefined : startChecksum(algorithm);
    const file = random.hex(32);
    const temporary = join(incoming, file);
    let handle: FileHandle | undefined;
    let pending: Uint8Array[] = [];
    let pendingBytes = 0;
    let size = 0;

    const flush = async (): Promise<void> => {
      handle ??= await open(temporary, 'wx', 0o600);
      const { bytesWritten } = pendingBytes > 0 ? await handle.writev(pending) : { bytesWritten: 0 };
      if (bytesWritten !== pendingBytes) {
        throw new Error(
          `object file '${file}' took ${bytesWritten} bytes of ${pendingBytes}: is the disk full?`,
        );
      }
      pending = [];
      pendingBytes = 0;
    };

    try {
      for await (const chunk of chunksOf(body)) {
        size += chunk.byteLength;
        if (size > largestBody) throw entityTooLarge({ MaxSizeAllowed: largestBody });
        md5.update(chunk);
        checksum?.update(chunk);
        pending.push(chunk);
        pendingBytes += chunk.byteLength;
        if (pendingBytes >= writeBytes) await flush();
      }
      const digests = { size, md5: md5.digest('hex'), checksum: checksum?.value() ?? null };
      if (handle === undefined && size <= inlineBytes && !alwaysFile) {
        return { ...digests, data: Buffer.concat(pending), file: null };
      }
      await flush();
      await handle?.datasync();
      await handle?.close();
      handle = undefined;
      await settle(temporary, file);
      return { ...digests, data: null, file };
    } catch (error) {
      await handle?.close();
      await rm(temporary, { force: true });
      throw error;
    }
  };

  async function* readSegments(
    segments: readonly Segment[],
    start: number,
    end: number,
  ): AsyncGenerator<Uint8Array> {
    let offset = 0;
    for (const { file, size } of segments) {
      const first = Math.max(start - offset, 0);
      const last = Math.min(end - offset, size - 1);
      offset += size;
      if (first > last) continue;
      const handle = await open(pathOf(file), 'r');
      yield* handle.createReadStream({ start: first, end: last, highWaterMark: 262_144 });
    }
  }

  return {
    receive,
    read: (segments, start, end) => {
      for (const { file } of segments) readers.set(file, (readers.get(file) ?? 0) + 1);
      const stream = Readable.from(readSegments(segments, start, end), { objectMode: false });
      stream.once('close', () => segments.forEach(({ file }) => release(file)));
      return stream;
    },
    discard: (file) => {
      if (readers.has(file)) doomed.add(file);
      else unlink(file);
    },
    sweep: (known) => {
      rmSync(incoming, { recursive: true, force: true });
      mkdirSync(incoming, { recursive: true });
      for (const shard of readdirSync(objects)) {
        for (const file of readdirSync(join(objects, shard))) {
          if (!known.has(file)) unlinkSync(join(objects, shard, file));
        }
      }
    },
  };
};
