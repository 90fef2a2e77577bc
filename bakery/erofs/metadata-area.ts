import { EROFS_BLOCK_BYTES, INODE_BYTES } from './format.ts';

// More partly filled blocks to choose from pack hardly better and take longer.
const OPEN_BLOCKS = 16;

/**
 * Hands out room for inodes and the content that follows them. A piece never crosses a block's border: Linux refuses
 * inline content that does.
 */
export class MetadataArea {
  #blocks = 0;
  readonly #open: { start: number; free: number }[] = [];

  constructor() {
    // Inode number 0 means "none" to some tools.
    this.allocate(INODE_BYTES);
  }

  /** Bytes of all blocks in use. */
  get bytes(): number {
    return this.#blocks * EROFS_BLOCK_BYTES;
  }

  /** Offset of a free piece of at most one block. */
  allocate(bytes: number): number {
    const wanted = Math.ceil(bytes / INODE_BYTES) * INODE_BYTES;
    const block = this.#bestFit(wanted) ?? this.#newBlock();
    const offset = block.start + EROFS_BLOCK_BYTES - block.free;
    block.free -= wanted;
    return offset;
  }

  #bestFit(wanted: number): { start: number; free: number } | undefined {
    let best: { start: number; free: number } | undefined;
    for (const block of this.#open) {
      if (block.free >= wanted && (best === undefined || block.free < best.free)) best = block;
    }
    return best;
  }

  #newBlock(): { start: number; free: number } {
    const block = { start: this.bytes, free: EROFS_BLOCK_BYTES };
    this.#blocks += 1;
    if (this.#open.length < OPEN_BLOCKS) {
      this.#open.push(block);
      return block;
    }
    const fullest = this.#open.reduce(
      (found, { free }, index) => (free < (this.#open[found]?.free ?? 0) ? index : found),
      0,
    );
    this.#open[fullest] = block;
    return block;
  }
}
