const BLOCK_BYTES = 512;
const MARKER_BYTES = 2 * BLOCK_BYTES;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

/**
 * Watches a tar on its way to the reader of entries, which goes on behind the end marker (two blocks of zeros) where
 * other programs stop.
 */
export class EndMarker {
  #bytes = 0;
  /** Whether the block that is not complete yet is zeros so far. */
  #zeros = true;
  #runStart: number | undefined;
  #runs: { readonly start: number; readonly end: number }[] = [];
  #contentEnd = 0;

  /** Looks at the next bytes of the tar. */
  add(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const count = Math.min(chunk.length - at, BLOCK_BYTES - (this.#bytes % BLOCK_BYTES));
      this.#zeros &&= chunk[at] === 0 && ZEROS.compare(chunk, at, at + count, 0, count) === 0;
      at += count;
      this.#bytes += count;
      if (this.#bytes % BLOCK_BYTES === 0) this.#endBlock();
    }
  }

  /** Takes note of an entry's place; returns whether an end marker lies between it and the one before. */
  isBefore(contentOffset: number, contentBytes: number): boolean {
    const from = this.#contentEnd;
    const to = contentOffset - BLOCK_BYTES;
    this.#contentEnd = contentOffset + Math.ceil(contentBytes / BLOCK_BYTES) * BLOCK_BYTES;
    const found = this.#runs.some(
      ({ start, end }) => Math.min(end, to) - Math.max(start, from) >= MARKER_BYTES,
    );
    this.#runs = this.#runs.filter(({ end }) => end > this.#contentEnd);
    return found;
  }

  #endBlock(): void {
    if (this.#zeros) {
      this.#runStart ??= this.#bytes - BLOCK_BYTES;
    } else if (this.#runStart !== undefined) {
      const run = { start: this.#runStart, end: this.#bytes - BLOCK_BYTES };
      this.#runStart = undefined;
      // Zeros inside of a file's content are no marker, and a large file may have many.
      if (run.end - run.start >= MARKER_BYTES && run.end > this.#contentEnd) this.#runs.push(run);
    }
    this.#zeros = true;
  }
}
