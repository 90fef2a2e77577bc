import { mkdir, open, rename, rm, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { BLOCK_BYTES } from './snapshot.ts';
import type { BlockReference } from './snapshot.ts';

/**
 * The bytes of snapshots. Each snapshot has one sparse file with the blocks it wrote, each at its place on the disk, so
 * that a snapshot without a parent is a bootable disk as it lies there.
 */
export interface BlockFiles {
  /** Creates the snapshot's empty file of `diskBytes`. */
  create(snapshotId: string, diskBytes: number): Promise<void>;
  write(snapshotId: string, block: number, data: Uint8Array): Promise<void>;
  read(snapshotId: string, block: number): Promise<Buffer>;
  /** Forces what was written to the disk of this host. */
  sync(snapshotId: string): Promise<void>;
  delete(snapshotId: string): Promise<void>;
  /** Puts the whole disk of a snapshot with a parent together in one sparse file and returns its path. */
  assemble(snapshotId: string, diskBytes: number, blocks: readonly BlockReference[]): Promise<string>;
  /** The disk of a snapshot without a parent. */
  ownPath(snapshotId: string): string;
  /** Where `assemble` puts the disk. */
  assembledPath(snapshotId: string): string;
}

const withFile = async <R>(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<R>,
): Promise<R> => {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
};

/** Opens the snapshots' files in `folder`. */
export const openBlockFiles = (folder: string): BlockFiles => {
  const dirOf = (snapshotId: string): string => join(folder, snapshotId);
  const ownPath = (snapshotId: string): string => join(dirOf(snapshotId), 'blocks.raw');

  const assembledPath = (snapshotId: string): string => join(dirOf(snapshotId), 'disk.raw');

  const read: BlockFiles['read'] = (snapshotId, block) =>
    withFile(ownPath(snapshotId), 'r', async (file) => {
      const data = Buffer.alloc(BLOCK_BYTES);
      await file.read(data, 0, BLOCK_BYTES, block * BLOCK_BYTES);
      return data;
    });

  const copyBlocks = async (
    target: FileHandle,
    writtenBy: string,
    blocks: readonly BlockReference[],
  ): Promise<void> => {
    await withFile(ownPath(writtenBy), 'r', async (source) => {
      const data = Buffer.alloc(BLOCK_BYTES);
      for (const { index } of blocks) {
        const { bytesRead } = await source.read(data, 0, BLOCK_BYTES, index * BLOCK_BYTES);
        if (bytesRead !== BLOCK_BYTES) throw new Error(`snapshot '${writtenBy}' lost its block ${index}`);
        await target.write(data, 0, BLOCK_BYTES, index * BLOCK_BYTES);
      }
    });
  };

  return {
    ownPath,
    assembledPath,
    create: async (snapshotId, diskBytes) => {
      await mkdir(dirOf(snapshotId), { recursive: true });
      await withFile(ownPath(snapshotId), 'w', (file) => file.truncate(diskBytes));
    },
    write: (snapshotId, block, data) =>
      withFile(ownPath(snapshotId), 'r+', async (file) => {
        await file.write(data, 0, BLOCK_BYTES, block * BLOCK_BYTES);
      }),
    read,
    sync: (snapshotId) => withFile(ownPath(snapshotId), 'r+', (file) => file.datasync()),
    delete: (snapshotId) => rm(dirOf(snapshotId), { recursive: true, force: true }),
    assemble: async (snapshotId, diskBytes, blocks) => {
      const path = assembledPath(snapshotId);
      const partial = `${path}.partial`;
      await rm(partial, { force: true });
      await withFile(partial, 'w', async (target) => {
        const byWriter = Map.groupBy(blocks, ({ writtenBy }) => writtenBy);
        for (const [writtenBy, written] of byWriter) await copyBlocks(target, writtenBy, written);
        await target.datasync();
      });
      await truncate(partial, diskBytes);
      await rename(partial, path);
      return path;
    },
  };
};
