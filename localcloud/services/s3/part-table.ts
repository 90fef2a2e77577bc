import type { DatabaseSync } from 'node:sqlite';

/** A multipart upload that is neither completed nor aborted. */
export interface UploadRow {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** JSON of `ObjectDetails`, what the finished object will carry. */
  readonly details: string;
}

/** A part of an upload or, once completed, of an object. */
export interface PartRow {
  /** Upload id, or `object:<sequence>`. */
  readonly owner: string;
  readonly number: number;
  readonly file: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Base64 of the checksum in the upload's algorithm. */
  readonly checksum: string | null;
  readonly modified: number;
}

/** Multipart uploads and the parts of uploads and of objects. */
export interface PartTable {
  upload(bucket: string, key: string, id: string): UploadRow | undefined;
  uploads(bucket: string): UploadRow[];
  startUpload(row: UploadRow): void;
  endUpload(id: string): void;
  part(owner: string, number: number): PartRow | undefined;
  /** In the order of their numbers. */
  parts(owner: string): PartRow[];
  putPart(row: PartRow): void;
  removePart(owner: string, number: number): void;
  removeParts(owner: string): void;
  /** Hands the parts of a completed upload to its object. */
  giveParts(from: string, to: string): void;
  usesFile(file: string): boolean;
  files(): string[];
}

const schema = `
  create table if not exists s3_upload (
    id text primary key, bucket text not null, key text not null, started integer not null, details text not null
  ) without rowid;
  create index if not exists s3_upload_bucket on s3_upload (bucket, key, started);
  create table if not exists s3_part (
    owner text not null, number integer not null, file text not null, size integer not null, etag text not null,
    checksum text, modified integer not null, primary key (owner, number)
  ) without rowid;
  create index if not exists s3_part_file on s3_part (file);
`;

/** Name under which a completed object owns its parts. */
export const partOwner = (sequence: number): string => `object:${sequence}`;

/** Opens (or creates) the tables. */
export const openPartTable = (database: DatabaseSync): PartTable => {
  database.exec(schema);
  const upload = database.prepare('select * from s3_upload where id = ? and bucket = ? and key = ?');
  const uploads = database.prepare('select * from s3_upload where bucket = ? order by key, started, id');
  const start = database.prepare('insert into s3_upload values (?, ?, ?, ?, ?)');
  const end = database.prepare('delete from s3_upload where id = ?');
  const part = database.prepare('select * from s3_part where owner = ? and number = ?');
  const parts = database.prepare('select * from s3_part where owner = ? order by number');
  const put = database.prepare('insert or replace into s3_part values (?, ?, ?, ?, ?, ?, ?)');
  const removePart = database.prepare('delete from s3_part where owner = ? and number = ?');
  const removeParts = database.prepare('delete from s3_part where owner = ?');
  const give = database.prepare('update s3_part set owner = ? where owner = ?');
  const byFile = database.prepare('select 1 from s3_part where file = ? limit 1');
  const files = database.prepare('select file from s3_part');

  return {
    upload: (bucket, key, id) => upload.get(id, bucket, key) as UploadRow | undefined,
    uploads: (bucket) => uploads.all(bucket) as unknown as UploadRow[],
    startUpload: ({ id, bucket, key, started, details }) => {
      start.run(id, bucket, key, started, details);
    },
    endUpload: (id) => {
      end.run(id);
    },
    part: (owner, number) => part.get(owner, number) as PartRow | undefined,
    parts: (owner) => parts.all(owner) as unknown as PartRow[],
    putPart: ({ owner, number, file, size, etag, checksum, modified }) => {
      put.run(owner, number, file, size, etag, checksum, modified);
    },
    removePart: (owner, number) => {
      removePart.run(owner, number);
    },
    removeParts: (owner) => {
      removeParts.run(owner);
    },
    giveParts: (from, to) => {
      give.run(to, from);
    },
    usesFile: (file) => byFile.get(file) !== undefined,
    files: () => files.all().map((row) => String(row['file'])),
  };
};
