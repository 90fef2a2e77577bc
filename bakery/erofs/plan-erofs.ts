import { byteOrderKey } from '../artifact/tree.ts';
import type { TreeEntry } from '../artifact/tree.ts';
import { directoryBlockBytes, directoryBlocks } from './directory-blocks.ts';
import type { DirectoryName } from './directory-blocks.ts';
import { EROFS_BLOCK_BYTES, INODE_BYTES } from './format.ts';
import { MetadataArea } from './metadata-area.ts';

// Inline content is held in memory until the end, so there is a limit to it.
const MAX_INLINE_BYTES = 64 * 1_048_576;
const TYPE_REGULAR = 1;
const TYPE_DIRECTORY = 2;
const TYPE_SYMLINK = 7;
const ROOT: TreeEntry = { path: '', kind: 'directory', executable: true, size: 0, target: '' };

/** Where an inode and its content will lie. */
export interface PlannedInode {
  readonly entry: TreeEntry;
  readonly kind: TreeEntry['kind'];
  readonly mode: number;
  readonly number: number;
  links: number;
  size: number;
  /** Whether the bytes beyond the last whole block follow the inode. */
  inline: boolean;
  /** First block of the content that lies outside the metadata; undefined when there is none. */
  address: number | undefined;
  /** Offset of the inode in the metadata area. */
  slot: number;
  /** Of a directory: its names by block. */
  names: readonly (readonly DirectoryName[])[];
}

/** A whole file system, planned from names and sizes alone. */
export interface ErofsPlan {
  readonly directories: readonly PlannedInode[];
  /** Symbolic links; their content is written before that of the files. */
  readonly links: readonly PlannedInode[];
  /** In the order in which their content is written. */
  readonly files: readonly PlannedInode[];
  readonly rootNid: number;
  readonly inodes: number;
  readonly metadataBlock: number;
  readonly metadataBytes: number;
  readonly blocks: number;
}

/**
 * Plans a file system: superblock, directories' whole blocks, files' whole blocks, then the metadata with the inodes and
 * what is left of each content. The order comes from the paths, so it does not depend on the archive's order.
 */
export function planErofs(entries: readonly TreeEntry[]): ErofsPlan {
  const root = newInode(ROOT, 1);
  const directories = [root];
  const links: PlannedInode[] = [];
  const files: PlannedInode[] = [];
  const lists = { directory: directories, symlink: links, file: files };
  const children = new Map<string, Child[]>([['', []]]);
  const byPath = new Map([['', root]]);
  for (const [index, entry] of entries.entries()) {
    const inode = newInode(entry, index + 2);
    lists[entry.kind].push(inode);
    const slash = entry.path.lastIndexOf('/');
    const parent = slash < 0 ? '' : entry.path.slice(0, slash);
    const siblings = children.get(parent);
    const parentInode = byPath.get(parent);
    if (siblings === undefined || parentInode === undefined) {
      throw new RangeError(`'${entry.path}' comes before its directory`);
    }
    siblings.push({ name: entry.path.slice(slash + 1), inode });
    if (entry.kind === 'directory') {
      byPath.set(entry.path, inode);
      children.set(entry.path, []);
      parentInode.links += 1;
    }
  }
  for (const directory of directories) {
    const { path } = directory.entry;
    const slash = path.lastIndexOf('/');
    const parent = byPath.get(slash < 0 ? '' : path.slice(0, slash)) ?? root;
    directory.names = directoryBlocks(sortedNames(children.get(path) ?? [], directory, parent));
    const last = directory.names.at(-1) ?? [];
    directory.size = (directory.names.length - 1) * EROFS_BLOCK_BYTES + directoryBlockBytes(last);
  }
  return place(directories, links, files);
}

interface Child {
  readonly name: string;
  readonly inode: PlannedInode;
}

function place(
  directories: readonly PlannedInode[],
  links: readonly PlannedInode[],
  files: readonly PlannedInode[],
): ErofsPlan {
  const area = new MetadataArea();
  let block = 1;
  let inlineBytes = 0;
  for (const inode of [...directories, ...links, ...files]) {
    const tail = inode.size % EROFS_BLOCK_BYTES;
    inode.inline =
      tail > 0 && INODE_BYTES + tail <= EROFS_BLOCK_BYTES && inlineBytes + tail <= MAX_INLINE_BYTES;
    if (inode.inline) inlineBytes += tail;
    inode.slot = area.allocate(INODE_BYTES + (inode.inline ? tail : 0));
    const blocks = inode.inline
      ? Math.floor(inode.size / EROFS_BLOCK_BYTES)
      : Math.ceil(inode.size / EROFS_BLOCK_BYTES);
    inode.address = blocks > 0 ? block : undefined;
    block += blocks;
  }
  const root = directories[0];
  if (root === undefined) throw new RangeError('a file system has a root');
  return {
    directories,
    links,
    files,
    rootNid: nidOf(root),
    inodes: directories.length + links.length + files.length,
    metadataBlock: block,
    metadataBytes: area.bytes,
    blocks: block + area.bytes / EROFS_BLOCK_BYTES,
  };
}

function sortedNames(children: readonly Child[], self: PlannedInode, parent: PlannedInode): DirectoryName[] {
  const names: DirectoryName[] = [
    { key: '.', type: TYPE_DIRECTORY, nid: () => nidOf(self) },
    { key: '..', type: TYPE_DIRECTORY, nid: () => nidOf(parent) },
  ];
  for (const { name, inode } of children) {
    names.push({ key: byteOrderKey(name), type: typeOf(inode.kind), nid: () => nidOf(inode) });
  }
  return names.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function newInode(entry: TreeEntry, number: number): PlannedInode {
  const { kind } = entry;
  return {
    entry,
    kind,
    mode: modeOf(kind, entry.executable),
    number,
    links: kind === 'directory' ? 2 : 1,
    size: entry.size,
    inline: false,
    address: undefined,
    slot: 0,
    names: [],
  };
}

function modeOf(kind: TreeEntry['kind'], executable: boolean): number {
  if (kind === 'symlink') return 0o120_777;
  if (kind === 'directory') return 0o040_555;
  return executable ? 0o100_555 : 0o100_444;
}

function typeOf(kind: TreeEntry['kind']): number {
  if (kind === 'symlink') return TYPE_SYMLINK;
  return kind === 'directory' ? TYPE_DIRECTORY : TYPE_REGULAR;
}

function nidOf(inode: PlannedInode): number {
  return inode.slot / INODE_BYTES;
}
