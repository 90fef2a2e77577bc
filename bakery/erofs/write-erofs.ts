import { createHash } from 'node:crypto';
import type { FileTree } from '../artifact/tree.ts';
import type { BlockWriter } from '../disk/block-writer.ts';
import { ContentWriter } from './content-writer.ts';
import type { ContentTarget, Inspect } from './content-writer.ts';
import { writeDirectoryBlock } from './directory-blocks.ts';
import { EROFS_BLOCK_BYTES, INODE_BYTES, writeInode, writeSuperblock } from './format.ts';
import { planErofs } from './plan-erofs.ts';
import type { ErofsPlan, PlannedInode } from './plan-erofs.ts';

/** What writing needs beside the tree. */
export interface WriteErofsOptions {
  readonly inspect?: Inspect;
  readonly signal?: AbortSignal;
}

/** A written file system. */
export interface WrittenErofs {
  /** Lower-case hex SHA-256 of every block of BLOCK_BYTES; the last one is filled up with zeros. */
  readonly blockHashes: readonly string[];
  /** Length of the file system itself in bytes. */
  readonly bytes: number;
}

/**
 * Writes a tree as an uncompressed EROFS file system, front to back, every byte once. Owner is root, times are 0, and the
 * UUID comes from the content, so equal trees give equal bytes.
 */
export async function writeErofs(
  tree: FileTree,
  writer: BlockWriter,
  options: WriteErofsOptions = {},
): Promise<WrittenErofs> {
  const plan = planErofs(tree.entries);
  const metadata = Buffer.alloc(plan.metadataBytes);
  for (const inode of [...plan.directories, ...plan.links, ...plan.files]) {
    writeInode(metadata, inode.slot, inode);
  }
  // Room for the superblock, which is written last.
  writer.append(Buffer.alloc(EROFS_BLOCK_BYTES));
  for (const directory of plan.directories) writeDirectory(directory, writer, metadata);
  for (const link of plan.links) {
    const content = new ContentWriter(link, { writer, metadata });
    content.add(Buffer.from(link.entry.target));
    content.finish();
  }
  await writeFiles(plan.files, tree, { writer, metadata }, options);
  checkPosition(writer, plan.metadataBlock);
  for (let at = 0; at < metadata.length; at += 1_048_576) {
    writer.append(metadata.subarray(at, at + 1_048_576));
    await writer.settled();
  }
  checkPosition(writer, plan.blocks);
  const bytes = writer.bytes;
  const blockHashes = await writer.finish((first, otherHashes) =>
    completeSuperblock(first, otherHashes, plan),
  );
  return { blockHashes, bytes };
}

function completeSuperblock(first: Buffer, otherHashes: readonly string[], plan: ErofsPlan): void {
  const hash = createHash('sha256').update(first);
  for (const other of otherHashes) hash.update(other, 'hex');
  const uuid = hash.digest().subarray(0, 16);
  // RFC 9562 version 8: "made by whoever made it".
  uuid.writeUInt8((uuid.readUInt8(6) & 0x0f) | 0x80, 6);
  uuid.writeUInt8((uuid.readUInt8(8) & 0x3f) | 0x80, 8);
  writeSuperblock(first, { ...plan, uuid });
}

function writeDirectory(directory: PlannedInode, writer: BlockWriter, metadata: Buffer): void {
  for (const [index, names] of directory.names.entries()) {
    if (directory.inline && index === directory.names.length - 1) {
      writeDirectoryBlock(metadata.subarray(directory.slot + INODE_BYTES), names);
      continue;
    }
    const block = Buffer.alloc(EROFS_BLOCK_BYTES);
    writeDirectoryBlock(block, names);
    writer.append(block);
  }
}

async function writeFiles(
  files: readonly PlannedInode[],
  tree: FileTree,
  target: ContentTarget,
  { inspect, signal }: WriteErofsOptions,
): Promise<void> {
  let index = 0;
  for await (const contents of tree.read(files.map(({ entry }) => entry))) {
    signal?.throwIfAborted();
    for (const pieces of contents) {
      const file = files[index];
      if (file === undefined) throw new Error('the tree yields more contents than were asked for');
      index += 1;
      const content = new ContentWriter(file, target, inspect);
      if (Array.isArray(pieces)) {
        for (const piece of pieces as readonly Uint8Array[]) content.add(piece);
      } else {
        for await (const piece of pieces) {
          signal?.throwIfAborted();
          content.add(piece);
          if (target.writer.busy) await target.writer.settled();
        }
      }
      content.finish();
      if (target.writer.busy) await target.writer.settled();
    }
  }
  if (index !== files.length) {
    throw new Error(`the tree yields ${index} contents, ${files.length} were asked for`);
  }
}

function checkPosition(writer: BlockWriter, block: number): void {
  if (writer.bytes !== block * EROFS_BLOCK_BYTES) {
    throw new Error(`the file system's plan has block ${block} next, the writer is at byte ${writer.bytes}`);
  }
}
