import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ArtifactRejectedError } from './artifact-rejected.ts';

const WHOLE_FILE_BYTES = 64 * 1_048_576;

/** Random access to an archive on disk. Files up to 64 MiB are held in memory, larger ones are read piece by piece. */
export class ArchiveFile {
  readonly bytes: number;
  readonly #descriptor: number;
  readonly #whole: Buffer | undefined;
  #open = true;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    this.bytes = fstatSync(this.#descriptor).size;
    this.#whole = this.bytes <= WHOLE_FILE_BYTES ? this.#fromDisk(0, this.bytes) : undefined;
  }

  /** Reads exactly `length` bytes; asking beyond the end means that the archive lacks its end. */
  read(offset: number, length: number): Buffer {
    if (offset < 0 || length < 0 || offset + length > this.bytes) {
      throw new ArtifactRejectedError(
        'truncated',
        `the archive ends after ${this.bytes} bytes, in the middle of something that ends at ${offset + length}`,
      );
    }
    return this.#whole?.subarray(offset, offset + length) ?? this.#fromDisk(offset, length);
  }

  /** Reads a range in pieces of at most `pieceBytes`. */
  *pieces(offset: number, length: number, pieceBytes = 262_144): Generator<Buffer, void, undefined> {
    for (let done = 0; done < length; done += pieceBytes) {
      yield this.read(offset + done, Math.min(pieceBytes, length - done));
    }
  }

  close(): void {
    if (this.#open) closeSync(this.#descriptor);
    this.#open = false;
  }

  #fromDisk(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#descriptor, buffer, done, length - done, offset + done);
      if (count === 0) throw new Error(`the archive shrank to ${offset + done} bytes while it was read`);
      done += count;
    }
    return buffer;
  }
}
