import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

const PIECE_BYTES = 262_144;
const WRITE_BYTES = 4 * 1_048_576;

/** Holds bytes one after another: in memory up to a size, in one file from then on. */
export class Spool {
  bytes = 0;
  readonly #path: string;
  readonly #memoryBytes: number;
  #chunks: Buffer[] = [];
  #starts: number[] = [];
  #pending = 0;
  #file: FileHandle | undefined;
  #written = 0;

  constructor(path: string, memoryBytes = 32 * 1_048_576) {
    this.#path = path;
    this.#memoryBytes = memoryBytes;
  }

  /** Appends a chunk, which must not be changed afterwards. */
  async append(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    this.#starts.push(this.bytes);
    this.#chunks.push(chunk);
    this.#pending += chunk.length;
    this.bytes += chunk.length;
    const limit = this.#file === undefined ? this.#memoryBytes : WRITE_BYTES;
    if (this.#pending > limit) await this.#flush();
  }

  /** Must be called once after the last append. */
  async seal(): Promise<void> {
    if (this.#file !== undefined) await this.#flush();
  }

  /** Yields a range in pieces. */
  async *read(offset: number, length: number): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#file === undefined) {
      yield* this.#fromMemory(offset, length);
      return;
    }
    for (let done = 0; done < length;) {
      const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, length - done));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, offset + done);
      if (bytesRead === 0) throw new Error(`the working file '${this.#path}' ends too early`);
      yield buffer.subarray(0, bytesRead);
      done += bytesRead;
    }
  }

  async dispose(): Promise<void> {
    this.#chunks = [];
    this.#starts = [];
    if (this.#file === undefined) return;
    await this.#file.close();
    this.#file = undefined;
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    this.#file ??= await open(this.#path, 'wx+', 0o600);
    for (let left = this.#chunks; left.length > 0;) {
      // One writev takes at most 1,024 pieces (`IOV_MAX`).
      const batch = left.slice(0, 1_024);
      left = left.slice(1_024);
      const { bytesWritten } = await this.#file.writev(batch, this.#written);
      const wanted = batch.reduce((sum, chunk) => sum + chunk.length, 0);
      if (bytesWritten !== wanted) throw new Error(`the working file '${this.#path}' could not be written`);
      this.#written += bytesWritten;
    }
    this.#chunks = [];
    this.#starts = [];
    this.#pending = 0;
  }

  *#fromMemory(offset: number, length: number): Generator<Uint8Array, void, undefined> {
    let index = this.#chunkAt(offset);
    for (let at = offset; at < offset + length; index++) {
      const start = this.#starts[index];
      const chunk = this.#chunks[index];
      if (start === undefined || chunk === undefined)
        throw new RangeError(`the spool holds ${this.bytes} bytes`);
      const piece = chunk.subarray(at - start, Math.min(chunk.length, offset + length - start));
      yield piece;
      at += piece.length;
    }
  }

  #chunkAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}
