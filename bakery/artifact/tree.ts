/** A file, directory or symbolic link of an application. */
export interface TreeEntry {
  /** Relative path with `/` between components; never empty, absolute or containing `.` or `..`. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly executable: boolean;
  /** Bytes of content: of a file, or of a symlink's target. Zero for a directory. */
  readonly size: number;
  /** Where a symlink points; empty for the other kinds. */
  readonly target: string;
}

/**
 * The content of a file in pieces; together exactly the entry's `size`, or the reading fails. Small files come as an
 * array: with thousands of them, waiting for each would cost more than unpacking it.
 */
export type Pieces = readonly Uint8Array[] | AsyncIterable<Uint8Array>;

/** A set of files whose contents can be read. */
export interface FileTree {
  /** Ascending by the bytes of the path; every directory is listed before what is in it. */
  readonly entries: readonly TreeEntry[];
  /** Yields the contents of files in the order given, some at a time; each must be consumed before the next. */
  read(files: readonly TreeEntry[]): AsyncIterable<readonly Pieces[]>;
}

/** An unpacked artifact: reading stays possible until `dispose`. */
export interface ArtifactTree extends FileTree {
  /** Bytes of all files together. */
  readonly contentBytes: number;
  dispose(): Promise<void>;
}

/** A string whose order by UTF-16 code units is the order of the path's UTF-8 bytes. */
export function byteOrderKey(path: string): string {
  return /^\p{ASCII}*$/u.test(path) ? path : Buffer.from(path, 'utf8').toString('latin1');
}

/** Reads a whole file; for the small ones. */
export async function readWhole(tree: FileTree, entry: TreeEntry): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const contents of tree.read([entry])) {
    for (const pieces of contents) {
      for await (const piece of pieces) chunks.push(piece);
    }
  }
  return Buffer.concat(chunks);
}
