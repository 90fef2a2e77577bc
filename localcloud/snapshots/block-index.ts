import type { DatabaseSync } from 'node:sqlite';

/** Which blocks a snapshot wrote itself: index → base64 SHA-256. */
export interface BlockIndex {
  put(snapshotId: string, block: number, checksum: string): void;
  /** Ascending by index. */
  list(snapshotId: string): { index: number; checksum: string }[];
  count(snapshotId: string): number;
  deleteAll(snapshotId: string): void;
}

/** Opens the block index in the local cloud's database. */
export const openBlockIndex = (database: DatabaseSync): BlockIndex => {
  database.exec(
    'create table if not exists snapshot_block (snapshot text, block integer, checksum text, primary key (snapshot, block)) without rowid',
  );
  const upsert = database.prepare('insert or replace into snapshot_block values (?, ?, ?)');
  const select = database.prepare(
    'select block as "index", checksum from snapshot_block where snapshot = ? order by block',
  );
  const count = database.prepare('select count(*) as count from snapshot_block where snapshot = ?');
  const remove = database.prepare('delete from snapshot_block where snapshot = ?');
  return {
    put: (snapshotId, block, checksum) => {
      upsert.run(snapshotId, block, checksum);
    },
    list: (snapshotId) => select.all(snapshotId) as unknown as { index: number; checksum: string }[],
    count: (snapshotId) => Number(count.get(snapshotId)?.['count'] ?? 0),
    deleteAll: (snapshotId) => {
      remove.run(snapshotId);
    },
  };
};
