const BLOCK = 4_096;
const SUPER = 1_024;

/** An inode as read back. */
export interface ReadInode {
  readonly nid: number;
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly content: Buffer;
}

/** A second, independent reading of the format: uncompressed EROFS images with compact inodes. */
export function readErofs(image: Buffer): Map<string, ReadInode> {
  if (image.readUInt32LE(SUPER) !== 0xe0f5_e1e2) throw new Error('no EROFS magic');
  const metadata = image.readUInt32LE(SUPER + 40) * BLOCK;
  const found = new Map<string, ReadInode>();
  const visit = (path: string, nid: number): void => {
    const inode = readInode(image, metadata, nid);
    found.set(path, inode);
    if ((inode.mode & 0o170_000) !== 0o040_000) return;
    for (const { name, nid: child } of readDirectory(inode.content)) {
      if (name !== '.' && name !== '..') visit(path === '' ? name : `${path}/${name}`, child);
    }
  };
  visit('', image.readUInt16LE(SUPER + 14));
  return found;
}

/** The names of a directory with their inode numbers, in the order on disk. */
export function readDirectory(content: Buffer): { name: string; nid: number; type: number }[] {
  const names: { name: string; nid: number; type: number }[] = [];
  for (let start = 0; start < content.length; start += BLOCK) {
    const block = content.subarray(start, start + BLOCK);
    const count = block.readUInt16LE(8) / 12;
    for (let index = 0; index < count; index++) {
      const from = block.readUInt16LE(index * 12 + 8);
      const to = index + 1 < count ? block.readUInt16LE(index * 12 + 20) : block.length;
      const bytes = block.subarray(from, to);
      const zero = bytes.indexOf(0);
      names.push({
        name: (zero < 0 ? bytes : bytes.subarray(0, zero)).toString(),
        nid: Number(block.readBigUInt64LE(index * 12)),
        type: block.readUInt8(index * 12 + 10),
      });
    }
  }
  return names;
}

function readInode(image: Buffer, metadata: number, nid: number): ReadInode {
  const at = metadata + nid * 32;
  const layout = image.readUInt16LE(at) >> 1;
  const size = image.readUInt32LE(at + 8);
  const tail = layout === 2 ? size % BLOCK : 0;
  const start = image.readUInt32LE(at + 16) * BLOCK;
  if (tail > 0 && Math.floor((at + 32) / BLOCK) !== Math.floor((at + 31 + tail) / BLOCK)) {
    throw new Error(`the inline content of inode ${nid} crosses a block's border`);
  }
  return {
    nid,
    mode: image.readUInt16LE(at + 4),
    links: image.readUInt16LE(at + 6),
    uid: image.readUInt16LE(at + 24),
    gid: image.readUInt16LE(at + 26),
    content: Buffer.concat([
      size > tail ? image.subarray(start, start + size - tail) : Buffer.alloc(0),
      image.subarray(at + 32, at + 32 + tail),
    ]),
  };
}
