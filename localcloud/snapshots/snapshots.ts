import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudContext } from '../cloud-context.ts';
import type { Store } from '../store.ts';
import { openBlockFiles } from './block-files.ts';
import { openBlockIndex } from './block-index.ts';
import { removeUnowned } from './remove-unowned.ts';
import { GIB_BYTES } from './snapshot.ts';
import type { BlockReference, SnapshotRecord } from './snapshot.ts';

/** What a new snapshot is started with. */
export type NewSnapshot = Pick<
  SnapshotRecord,
  'volumeSizeGiB' | 'description' | 'tags' | 'timeoutMinutes' | 'parentSnapshotId'
>;

/**
 * The snapshots of the account, shared by EBS, which writes them, and EC2, which describes, boots and deletes them. A
 * child stores only the blocks it wrote; a deleted parent's blocks stay until no child needs them.
 */
export interface Snapshots {
  /** Undefined for unknown and for deleted snapshots. */
  get(snapshotId: string): SnapshotRecord | undefined;
  list(): SnapshotRecord[];
  start(snapshot: NewSnapshot): Promise<SnapshotRecord>;
  update(snapshotId: string, change: Partial<SnapshotRecord>): SnapshotRecord;
  putBlock(snapshotId: string, block: number, checksum: string, data: Uint8Array): Promise<void>;
  /** The blocks that this snapshot wrote itself, ascending. */
  ownBlocks(snapshotId: string): { index: number; checksum: string }[];
  /** The blocks of its whole disk, ascending: its own and those of its ancestors. */
  allBlocks(snapshotId: string): BlockReference[];
  readBlock(reference: BlockReference): Promise<Buffer>;
  /** Makes what was written durable and the snapshot `completed`. */
  complete(snapshotId: string): Promise<void>;
  /** Gives up a pending snapshot: it becomes `error` and its blocks go. */
  cancel(snapshotId: string): Promise<void>;
  delete(snapshotId: string): Promise<void>;
  /** Removes files that a crash left without a record. */
  removeUnowned(): Promise<void>;
  /** Path of a raw disk image with the snapshot's content; made once. */
  materialise(snapshotId: string): Promise<string>;
}

const createSnapshots = (context: CloudContext): Snapshots => {
  const records = context.store.collection<SnapshotRecord>('snapshots');
  const index = openBlockIndex(context.store.database);
  const folder = join(context.stateDir, 'snapshots');
  const files = openBlockFiles(folder);
  const assembling = new Map<string, Promise<string>>();

  const stored = (snapshotId: string): SnapshotRecord => {
    const record = records.get(snapshotId);
    if (record === undefined) throw new Error(`snapshot '${snapshotId}' is not stored`);
    return record;
  };
  const update = (snapshotId: string, change: Partial<SnapshotRecord>): SnapshotRecord => {
    const record = { ...stored(snapshotId), ...change };
    records.put(snapshotId, record);
    return record;
  };
  const diskBytes = (snapshotId: string): number => stored(snapshotId).volumeSizeGiB * GIB_BYTES;

  const allBlocks = (snapshotId: string): BlockReference[] => {
    const blocks = new Map<number, BlockReference>();
    for (let id: string | undefined = snapshotId; id !== undefined; id = stored(id).parentSnapshotId) {
      const writtenBy = id;
      for (const block of index.list(id)) {
        if (!blocks.has(block.index)) blocks.set(block.index, { ...block, writtenBy });
      }
    }
    return [...blocks.values()].toSorted((a, b) => a.index - b.index);
  };

  /** Removes a deleted snapshot that no other one stands on, and then perhaps its parent. */
  const collect = async (snapshotId: string): Promise<void> => {
    const record = records.get(snapshotId);
    if (record?.deleted !== true) return;
    if (records.list().some(({ parentSnapshotId }) => parentSnapshotId === snapshotId)) return;
    context.store.transaction(() => {
      index.deleteAll(snapshotId);
      records.delete(snapshotId);
    });
    await files.delete(snapshotId);
    if (record.parentSnapshotId !== undefined) await collect(record.parentSnapshotId);
  };

  const assemble = async (snapshotId: string): Promise<string> => {
    const path = files.assembledPath(snapshotId);
    if (existsSync(path)) return path;
    return files.assemble(snapshotId, diskBytes(snapshotId), allBlocks(snapshotId));
  };

  return {
    get: (snapshotId) => {
      const record = records.get(snapshotId);
      return record?.deleted === true ? undefined : record;
    },
    list: () => records.list().filter(({ deleted }) => !deleted),
    start: async (snapshot) => {
      const now = context.clock.now();
      const snapshotId = `snap-${context.random.hex(17)}`;
      const record: SnapshotRecord = {
        ...snapshot,
        snapshotId,
        status: 'pending',
        sealed: false,
        deleted: false,
        startedAt: now,
        lastWriteAt: now,
      };
      await files.create(snapshotId, snapshot.volumeSizeGiB * GIB_BYTES);
      records.put(snapshotId, record);
      return record;
    },
    update,
    putBlock: async (snapshotId, block, checksum, data) => {
      await files.write(snapshotId, block, data);
      context.store.transaction(() => {
        index.put(snapshotId, block, checksum);
        update(snapshotId, { lastWriteAt: context.clock.now() });
      });
    },
    ownBlocks: (snapshotId) => index.list(snapshotId),
    allBlocks,
    readBlock: ({ writtenBy, index: block }) => files.read(writtenBy, block),
    complete: async (snapshotId) => {
      await files.sync(snapshotId);
      // It may have been deleted while the bytes were on their way to the disk.
      if (records.get(snapshotId) === undefined) return;
      update(snapshotId, { status: 'completed', completedAt: context.clock.now() });
    },
    cancel: async (snapshotId) => {
      context.store.transaction(() => {
        index.deleteAll(snapshotId);
        update(snapshotId, { status: 'error' });
      });
      await files.delete(snapshotId);
    },
    delete: async (snapshotId) => {
      update(snapshotId, { deleted: true });
      await collect(snapshotId);
    },
    removeUnowned: async () => {
      const names = await removeUnowned(folder, (name) => records.get(name) !== undefined);
      if (names.length > 0) context.log('info', 'removed files of unfinished snapshots', { names });
      for (const { snapshotId, deleted } of records.list()) if (deleted) await collect(snapshotId);
    },
    materialise: (snapshotId) => {
      if (stored(snapshotId).parentSnapshotId === undefined)
        return Promise.resolve(files.ownPath(snapshotId));
      const running = assembling.get(snapshotId);
      if (running !== undefined) return running;
      const started = assemble(snapshotId).finally(() => assembling.delete(snapshotId));
      assembling.set(snapshotId, started);
      return started;
    },
  };
};

// Both services are created with the same store, and must see the same files being put together.
const shared = new WeakMap<Store, Snapshots>();

/** The snapshots of this local cloud; the same object for every service. */
export const snapshotsOf = (context: CloudContext): Snapshots => {
  const known = shared.get(context.store);
  if (known !== undefined) return known;
  const created = createSnapshots(context);
  shared.set(context.store, created);
  return created;
};
