import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A durable map from key to JSON document. A write is on disk when the call returns. */
export interface Collection<T> {
  get(key: string): T | undefined;
  /** Inserts or replaces. */
  put(key: string, document: T): void;
  delete(key: string): boolean;
  /** All documents in the order of their keys (by code unit), or only those whose key starts with `prefix`. */
  list(prefix?: string): T[];
  keys(prefix?: string): string[];
}

/** All state of a local cloud: one SQLite database. Objects and disks are files beside it. */
export interface Store {
  /** For services whose data wants tables of their own; create them with `create table if not exists`. */
  readonly database: DatabaseSync;
  collection<T>(name: string): Collection<T>;
  /** Runs `change` all or nothing; may be nested, the outermost decides. */
  transaction<R>(change: () => R): R;
  close(): void;
}

// Sorts after every key that starts with the prefix: SQLite compares text by its UTF-8 bytes.
const LAST_CHARACTER = '\u{10FFFF}';

const openDatabase = (stateDir: string): DatabaseSync => {
  mkdirSync(stateDir, { recursive: true });
  const database = new DatabaseSync(join(stateDir, 'cloud.sqlite'));
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000;');
  database.exec(
    'create table if not exists document (collection text, key text, body text, primary key (collection, key)) without rowid',
  );
  return database;
};

/** Opens (or creates) the state in `stateDir`. */
export const openStore = (stateDir: string): Store => {
  const database = openDatabase(stateDir);
  const select = database.prepare('select body from document where collection = ? and key = ?');
  const upsert = database.prepare('insert or replace into document values (?, ?, ?)');
  const remove = database.prepare('delete from document where collection = ? and key = ?');
  const search = database.prepare(
    'select key, body from document where collection = ? and key >= ? and key < ? order by key',
  );
  let depth = 0;

  const rows = (name: string, prefix: string): { key: string; body: string }[] =>
    search.all(name, prefix, `${prefix}${LAST_CHARACTER}`) as unknown as { key: string; body: string }[];

  return {
    database,
    collection: <T>(name: string): Collection<T> => ({
      get: (key) => {
        const row = select.get(name, key) as { body: string } | undefined;
        return row === undefined ? undefined : (JSON.parse(row.body) as T);
      },
      put: (key, document) => {
        upsert.run(name, key, JSON.stringify(document));
      },
      delete: (key) => remove.run(name, key).changes > 0,
      list: (prefix = '') => rows(name, prefix).map((row) => JSON.parse(row.body) as T),
      keys: (prefix = '') => rows(name, prefix).map((row) => row.key),
    }),
    transaction: (change) => {
      if (depth > 0) return change();
      depth += 1;
      database.exec('begin immediate');
      try {
        const result = change();
        database.exec('commit');
        return result;
      } catch (error) {
        database.exec('rollback');
        throw error;
      } finally {
        depth -= 1;
      }
    },
    close: () => database.close(),
  };
};
