import type { TreeEntry } from '../artifact/tree.ts';
import type { BlockWriter } from '../disk/block-writer.ts';
import { EROFS_BLOCK_BYTES, INODE_BYTES } from './format.ts';
import type { PlannedInode } from './plan-erofs.ts';

/** Looks at the first bytes of a file (64, or all if there are fewer) while it is written; throws to refuse it. */
export type Inspect = (entry: TreeEntry, head: Uint8Array) => void;

const HEAD_BYTES = 64;

/** Where content goes: whole blocks to the writer, what is left over into the metadata behind its inode. */
export interface ContentTarget {
  readonly writer: BlockWriter;
  readonly metadata: Buffer;
}

/** Writes the content of one file or symbolic link to the places that the plan has for it. */
export class ContentWriter {
  readonly #inode: PlannedInode;
  readonly #target: ContentTarget;
  readonly #inspect: Inspect | undefined;
  /** Bytes before the part that follows the inode. */
  readonly #outside: number;
  #done = 0;
  #head: Uint8Array | undefined;

  constructor(inode: PlannedInode, target: ContentTarget, inspect?: Inspect) {
    this.#inode = inode;
    this.#target = target;
    this.#inspect = inspect;
    this.#outside = inode.inline ? inode.size - (inode.size % EROFS_BLOCK_BYTES) : inode.size;
  }

  add(piece: Uint8Array): void {
    const { size, slot } = this.#inode;
    if (this.#done + piece.length > size) throw this.#wrongLength();
    if (this.#inspect !== undefined && this.#done < HEAD_BYTES) this.#collectHead(piece, this.#inspect);
    const direct = Math.min(piece.length, Math.max(0, this.#outside - this.#done));
    if (direct > 0) this.#target.writer.append(direct === piece.length ? piece : piece.subarray(0, direct));
    if (direct < piece.length) {
      const at = slot + INODE_BYTES + this.#done + direct - this.#outside;
      this.#target.metadata.set(direct === 0 ? piece : piece.subarray(direct), at);
    }
    this.#done += piece.length;
  }

  finish(): void {
    if (this.#done !== this.#inode.size) throw this.#wrongLength();
    this.#target.writer.align(EROFS_BLOCK_BYTES);
  }

  // Pieces may be shorter than the head.
  #collectHead(piece: Uint8Array, inspect: Inspect): void {
    const head = this.#head === undefined ? piece : Buffer.concat([this.#head, piece]);
    const { entry, size } = this.#inode;
    if (head.length >= Math.min(HEAD_BYTES, size)) inspect(entry, head.subarray(0, HEAD_BYTES));
    this.#head = head;
  }

  #wrongLength(): Error {
    const { path, size } = this.#inode.entry;
    return new Error(`'${path}' did not yield the ${size} bytes that it announced`);
  }
}
