import { DIRENT_BYTES, EROFS_BLOCK_BYTES } from './format.ts';

/** A name in a directory. */
export interface DirectoryName {
  /** The name's UTF-8 bytes, one per character, so that strings sort as EROFS wants names sorted. */
  readonly key: string;
  /** 1 regular file, 2 directory, 7 symbolic link. */
  readonly type: number;
  /** Number of the inode; asked when the block is written. */
  readonly nid: () => number;
}

/** Distributes names, ascending by key, over blocks. Each block holds its entries first and their names after. */
export function directoryBlocks(names: readonly DirectoryName[]): readonly (readonly DirectoryName[])[] {
  const blocks: DirectoryName[][] = [];
  let block: DirectoryName[] = [];
  let used = 0;
  for (const name of names) {
    const bytes = DIRENT_BYTES + name.key.length;
    if (used + bytes > EROFS_BLOCK_BYTES) {
      blocks.push(block);
      block = [];
      used = 0;
    }
    block.push(name);
    used += bytes;
  }
  blocks.push(block);
  return blocks;
}

/** Bytes that the names of one block take. */
export function directoryBlockBytes(names: readonly DirectoryName[]): number {
  return names.reduce((sum, name) => sum + DIRENT_BYTES + name.key.length, 0);
}

/** Writes one directory block; the target is zeroed and large enough. */
export function writeDirectoryBlock(target: Buffer, names: readonly DirectoryName[]): void {
  let nameOffset = names.length * DIRENT_BYTES;
  for (const [index, { key, type, nid }] of names.entries()) {
    const at = index * DIRENT_BYTES;
    target.writeBigUInt64LE(BigInt(nid()), at);
    target.writeUInt16LE(nameOffset, at + 8);
    target.writeUInt8(type, at + 10);
    nameOffset += target.write(key, nameOffset, 'latin1');
  }
}
