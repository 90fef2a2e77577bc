// The on-disk format is that of Linux `fs/erofs/erofs_fs.h` (6.1): little-endian, blocks of 4 KiB.

/** Bytes in an EROFS block. */
export const EROFS_BLOCK_BYTES = 4_096;
/** Bytes in a compact inode, which is also the unit in which inodes are numbered. */
export const INODE_BYTES = 32;
/** Bytes in a directory entry, without its name. */
export const DIRENT_BYTES = 12;

const SUPER_OFFSET = 1_024;
const SUPER_MAGIC = 0xe0f5_e1e2;
const FEATURE_CHECKSUM = 0x0000_0001;
const LAYOUT_PLAIN = 0;
const LAYOUT_INLINE = 2;
const NO_ADDRESS = 0xffff_ffff;

/** What a compact inode says. */
export interface InodeFields {
  readonly mode: number;
  readonly links: number;
  readonly size: number;
  readonly number: number;
  /** Whether the bytes beyond the last whole block follow the inode. */
  readonly inline: boolean;
  /** First block of the content; undefined when no content lies outside the inode's block. */
  readonly address: number | undefined;
}

/** Writes a compact inode, owned by root and without extended attributes. */
export function writeInode(target: Buffer, offset: number, inode: InodeFields): void {
  target.writeUInt16LE((inode.inline ? LAYOUT_INLINE : LAYOUT_PLAIN) << 1, offset);
  target.writeUInt16LE(inode.mode, offset + 4);
  target.writeUInt16LE(inode.links, offset + 6);
  target.writeUInt32LE(inode.size, offset + 8);
  target.writeUInt32LE(inode.address ?? NO_ADDRESS, offset + 16);
  target.writeUInt32LE(inode.number, offset + 20);
}

/** What the superblock says. Build time is 0: compact inodes take their modification time from it. */
export interface SuperblockFields {
  readonly rootNid: number;
  readonly inodes: number;
  readonly blocks: number;
  readonly metadataBlock: number;
  readonly uuid: Uint8Array;
}

/** Writes the superblock with its checksum into the first block of the file system. */
export function writeSuperblock(block: Buffer, fields: SuperblockFields): void {
  const bytes = block.subarray(SUPER_OFFSET, EROFS_BLOCK_BYTES);
  bytes.fill(0);
  bytes.writeUInt32LE(SUPER_MAGIC, 0);
  bytes.writeUInt32LE(FEATURE_CHECKSUM, 8);
  bytes.writeUInt8(Math.log2(EROFS_BLOCK_BYTES), 12);
  bytes.writeUInt16LE(fields.rootNid, 14);
  bytes.writeBigUInt64LE(BigInt(fields.inodes), 16);
  bytes.writeUInt32LE(fields.blocks, 36);
  bytes.writeUInt32LE(fields.metadataBlock, 40);
  bytes.set(fields.uuid.subarray(0, 16), 48);
  bytes.writeUInt32LE(crc32c(bytes), 4);
}

// CRC-32C as the kernel's crc32c(~0, …) leaves it: without the final inversion.
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return crc >>> 0;
}
