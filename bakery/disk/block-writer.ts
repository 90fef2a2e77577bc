import { hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { BLOCK_BYTES } from '../model.ts';

// Enough to keep two threads busy with hashing and writing while the caller produces the next block.
const BLOCKS_IN_FLIGHT = 8;

/** A file written from front to back in blocks of BLOCK_BYTES, each hashed while it is written. */
export class BlockWriter {
  bytes = 0;
  readonly #file: FileHandle;
  readonly #hashes: string[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  readonly #spare: Buffer[] = [];
  #first: Buffer | undefined;
  #block: Buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  #used = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Appends a copy of the bytes. Call `settled` from time to time, or blocks pile up in memory. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const count = Math.min(bytes.length - done, BLOCK_BYTES - this.#used);
      this.#block.set(count === bytes.length ? bytes : bytes.subarray(done, done + count), this.#used);
      this.#advance(count);
      done += count;
    }
  }

  /** Appends zeros until the length is a multiple of `alignment`, which divides BLOCK_BYTES. */
  align(alignment: number): void {
    const count = (alignment - (this.bytes % alignment)) % alignment;
    this.#block.fill(0, this.#used, this.#used + count);
    if (count > 0) this.#advance(count);
  }

  /** Waits until few enough blocks are in flight; throws when one could not be written. */
  async settled(atMost = BLOCKS_IN_FLIGHT): Promise<void> {
    while (this.#inFlight.size > atMost) await Promise.race(this.#inFlight);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Whether `settled` would wait. */
  get busy(): boolean {
    return this.#inFlight.size > BLOCKS_IN_FLIGHT;
  }

  /**
   * Fills up the last block with zeros and completes the file. The first block is written last, after `complete` had its
   * chance to fill in what only the end knows. Returns the lower-case hex SHA-256 of every block.
   */
  async finish(
    complete: (first: Buffer, otherHashes: readonly string[]) => void,
  ): Promise<readonly string[]> {
    this.align(BLOCK_BYTES);
    await this.settled(0);
    const first = this.#first;
    if (first === undefined) throw new Error('nothing was written');
    complete(first, this.#hashes.slice(1));
    this.#flush(0, first);
    await this.settled(0);
    return this.#hashes;
  }

  #advance(count: number): void {
    this.#used += count;
    this.bytes += count;
    if (this.#used < BLOCK_BYTES) return;
    const index = this.bytes / BLOCK_BYTES - 1;
    if (index === 0) this.#first = this.#block;
    else this.#flush(index, this.#block);
    this.#block = this.#spare.pop() ?? Buffer.allocUnsafe(BLOCK_BYTES);
    this.#used = 0;
  }

  #flush(index: number, block: Buffer): void {
    const work = this.#write(index, block)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#inFlight.delete(work);
        this.#spare.push(block);
      });
    this.#inFlight.add(work);
  }

  async #write(index: number, block: Buffer): Promise<void> {
    const writing = this.#file.write(block, 0, BLOCK_BYTES, index * BLOCK_BYTES);
    // In this thread, while another one writes: handing the block to a third would cost more than hashing it.
    this.#hashes[index] = hash('sha256', block);
    const { bytesWritten } = await writing;
    if (bytesWritten !== BLOCK_BYTES) {
      throw new Error(`wrote ${bytesWritten} of ${BLOCK_BYTES} bytes of block ${index}: the disk is full`);
    }
  }
}
