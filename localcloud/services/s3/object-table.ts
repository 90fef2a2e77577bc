import type { DatabaseSync } from 'node:sqlite';

/** One version of an object, or a delete marker. Exactly one of `file`, `data` and rows in the part table holds the bytes. */
export interface ObjectRow {
  /** Grows with every write in the account; orders the versions of a key. */
  readonly sequence: number;
  readonly bucket: string;
  readonly key: string;
  /** `null` (the word) where versioning is not enabled. */
  readonly version: string;
  readonly marker: 0 | 1;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly file: string | null;
  /** JSON of `ObjectDetails`. */
  readonly details: string;
}

/** A row with the bytes of a small object. */
export interface ObjectRowWithData extends ObjectRow {
  readonly data: Uint8Array | null;
}

/** The versions of all objects, newest of a key marked as latest. */
export interface ObjectTable {
  /** The next number of the account's one sequence; call inside a transaction. */
  nextSequence(): number;
  latest(bucket: string, key: string): ObjectRowWithData | undefined;
  version(bucket: string, key: string, version: string): ObjectRowWithData | undefined;
  /** Adds a version and makes it the latest of its key. */
  insert(row: ObjectRowWithData): void;
  /** Removes a version; the newest that is left becomes the latest. */
  remove(row: ObjectRow): void;
  replaceDetails(sequence: number, details: string): void;
  /** Latest versions that are not delete markers, by key (UTF-8 order), from `from` on. */
  current(bucket: string, from: string): IterableIterator<ObjectRow>;
  /** All versions by key, newest first, from key `from` on. */
  versions(bucket: string, from: string): IterableIterator<ObjectRow & { readonly latest: 0 | 1 }>;
  isEmpty(bucket: string): boolean;
  usesFile(file: string): boolean;
  files(): string[];
}

const schema = `
  create table if not exists s3_sequence (value integer not null);
  insert into s3_sequence select 0 where not exists (select 1 from s3_sequence);
  create table if not exists s3_object (
    sequence integer primary key, bucket text not null, key text not null, version text not null,
    latest integer not null, marker integer not null, size integer not null, etag text not null,
    modified integer not null, file text, details text not null, data blob
  );
  create unique index if not exists s3_object_version on s3_object (bucket, key, version);
  create index if not exists s3_object_order on s3_object (bucket, key, sequence desc);
  create unique index if not exists s3_object_latest on s3_object (bucket, key) where latest = 1;
  create index if not exists s3_object_file on s3_object (file) where file is not null;
`;

const columns = 'sequence, bucket, key, version, marker, size, etag, modified, file, details';

/** Opens (or creates) the table. */
export const openObjectTable = (database: DatabaseSync): ObjectTable => {
  database.exec(schema);
  const next = database.prepare('update s3_sequence set value = value + 1 returning value');
  const latest = database.prepare(
    `select ${columns}, data from s3_object where bucket = ? and key = ? and latest = 1`,
  );
  const version = database.prepare(
    `select ${columns}, data from s3_object where bucket = ? and key = ? and version = ?`,
  );
  const demote = database.prepare(
    'update s3_object set latest = 0 where bucket = ? and key = ? and latest = 1',
  );
  const insert = database.prepare('insert into s3_object values (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)');
  const remove = database.prepare('delete from s3_object where sequence = ?');
  const promote = database.prepare(
    `update s3_object set latest = 1 where sequence =
       (select sequence from s3_object where bucket = ? and key = ? order by sequence desc limit 1)`,
  );
  const replaceDetails = database.prepare('update s3_object set details = ? where sequence = ?');
  const currentSql = `select ${columns} from s3_object
     where bucket = ? and key >= ? and latest = 1 and marker = 0 order by key`;
  const versionsSql = `select ${columns}, latest from s3_object
     where bucket = ? and key >= ? order by key, sequence desc`;
  const any = database.prepare('select 1 from s3_object where bucket = ? limit 1');
  const byFile = database.prepare('select 1 from s3_object where file = ? limit 1');
  const files = database.prepare('select distinct file from s3_object where file is not null');

  return {
    nextSequence: () => (next.get() as { value: number }).value,
    latest: (bucket, key) => latest.get(bucket, key) as ObjectRowWithData | undefined,
    version: (bucket, key, id) => version.get(bucket, key, id) as ObjectRowWithData | undefined,
    insert: (row) => {
      const { sequence, bucket, key, marker, size, etag, modified, file, details, data } = row;
      demote.run(bucket, key);
      insert.run(sequence, bucket, key, row.version, marker, size, etag, modified, file, details, data);
    },
    remove: ({ sequence, bucket, key }) => {
      remove.run(sequence);
      promote.run(bucket, key);
    },
    replaceDetails: (sequence, details) => {
      replaceDetails.run(details, sequence);
    },
    // Prepared per listing: a cached statement cannot be iterated by two requests at once.
    current: (bucket, from) =>
      database
        .prepare(currentSql)
        .iterate(bucket, from) as IterableIterator<unknown> as IterableIterator<ObjectRow>,
    versions: (bucket, from) =>
      database.prepare(versionsSql).iterate(bucket, from) as IterableIterator<unknown> as IterableIterator<
        ObjectRow & { readonly latest: 0 | 1 }
      >,
    isEmpty: (bucket) => any.get(bucket) === undefined,
    usesFile: (file) => byFile.get(file) !== undefined,
    files: () => files.all().map((row) => String(row['file'])),
  };
};
