import type { DatabaseSync } from 'node:sqlite';

/** A log group as it is stored; times in milliseconds since the epoch. */
export interface GroupRow {
  readonly name: string;
  readonly created: number;
  readonly retention_days: number | null;
  readonly tags: string;
}

/** A log stream as it is stored; times in milliseconds since the epoch. */
export interface StreamRow {
  readonly group_name: string;
  readonly name: string;
  readonly created: number;
  readonly first_event: number | null;
  readonly last_event: number | null;
  readonly last_ingestion: number | null;
  readonly bytes: number;
}

/** A log event as it is stored; `id` grows with every event. */
export interface EventRow {
  readonly id: number;
  readonly stream_name: string;
  readonly timestamp: number;
  readonly ingestion: number;
  readonly message: string;
}

/** What to look for among the events of a group. */
export interface EventQuery {
  readonly group: string;
  readonly streams?: readonly string[];
  readonly streamPrefix?: string;
  /** Milliseconds since the epoch, inclusive. */
  readonly from?: number;
  /** Milliseconds since the epoch, exclusive. */
  readonly before?: number;
  /** Texts that a message must all contain. */
  readonly contains?: readonly string[];
}

const schema = `
create table if not exists logs_group (name text primary key, created integer, retention_days integer, tags text) without rowid;
create table if not exists logs_stream (group_name text, name text, created integer, first_event integer, last_event integer,
  last_ingestion integer, bytes integer, primary key (group_name, name)) without rowid;
create table if not exists logs_event (id integer primary key, group_name text, stream_name text, timestamp integer,
  ingestion integer, message text);
create index if not exists logs_event_by_stream on logs_event (group_name, stream_name, timestamp);
create index if not exists logs_event_by_time on logs_event (group_name, timestamp);
`;

/** The tables of CloudWatch Logs. */
export interface LogStore {
  group(name: string): GroupRow | undefined;
  groups(): GroupRow[];
  putGroup(group: GroupRow): void;
  deleteGroup(name: string): void;
  stream(group: string, name: string): StreamRow | undefined;
  streams(group: string): StreamRow[];
  putStream(stream: StreamRow): void;
  deleteStream(group: string, name: string): void;
  addEvent(group: string, event: Omit<EventRow, 'id'>): void;
  /** Oldest first. */
  events(query: EventQuery & { readonly limit: number; readonly offset: number }): EventRow[];
  count(query: EventQuery): number;
  /** Removes the events of a group that are older than `before` (milliseconds since the epoch). */
  expire(group: string, before: number): void;
}

const whereOf = (query: EventQuery): { where: string; values: (string | number)[] } => {
  const conditions = ['group_name = ?'];
  const values: (string | number)[] = [query.group];
  const need = (condition: string, ...bound: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...bound);
  };
  if (query.streams !== undefined) {
    need(`stream_name in (${query.streams.map(() => '?').join(', ')})`, ...query.streams);
  }
  if (query.streamPrefix !== undefined) {
    need('substr(stream_name, 1, ?) = ?', query.streamPrefix.length, query.streamPrefix);
  }
  if (query.from !== undefined) need('timestamp >= ?', query.from);
  if (query.before !== undefined) need('timestamp < ?', query.before);
  for (const text of query.contains ?? []) need('instr(message, ?) > 0', text);
  return { where: conditions.join(' and '), values };
};

/** Opens the tables in the local cloud's database. */
export const openLogStore = (database: DatabaseSync): LogStore => {
  database.exec(schema);
  const selectGroup = database.prepare('select * from logs_group where name = ?');
  const selectStream = database.prepare('select * from logs_stream where group_name = ? and name = ?');
  const insertStream = database.prepare('insert or replace into logs_stream values (?, ?, ?, ?, ?, ?, ?)');
  const insertEvent = database.prepare(
    'insert into logs_event (group_name, stream_name, timestamp, ingestion, message) values (?, ?, ?, ?, ?)',
  );
  return {
    group: (name) => selectGroup.get(name) as unknown as GroupRow | undefined,
    groups: () => database.prepare('select * from logs_group order by name').all() as unknown as GroupRow[],
    putGroup: (group) => {
      database
        .prepare('insert or replace into logs_group values (?, ?, ?, ?)')
        .run(group.name, group.created, group.retention_days, group.tags);
    },
    deleteGroup: (name) => {
      for (const [table, column] of [
        ['logs_event', 'group_name'],
        ['logs_stream', 'group_name'],
        ['logs_group', 'name'],
      ]) {
        database.prepare(`delete from ${table} where ${column} = ?`).run(name);
      }
    },
    stream: (group, name) => selectStream.get(group, name) as unknown as StreamRow | undefined,
    streams: (group) =>
      database
        .prepare('select * from logs_stream where group_name = ? order by name')
        .all(group) as unknown as StreamRow[],
    putStream: (stream) => {
      insertStream.run(
        stream.group_name,
        stream.name,
        stream.created,
        stream.first_event,
        stream.last_event,
        stream.last_ingestion,
        stream.bytes,
      );
    },
    deleteStream: (group, name) => {
      database.prepare('delete from logs_event where group_name = ? and stream_name = ?').run(group, name);
      database.prepare('delete from logs_stream where group_name = ? and name = ?').run(group, name);
    },
    addEvent: (group, event) => {
      insertEvent.run(group, event.stream_name, event.timestamp, event.ingestion, event.message);
    },
    events: (query) => {
      const { where, values } = whereOf(query);
      return database
        .prepare(`select * from logs_event where ${where} order by timestamp, id limit ? offset ?`)
        .all(...values, query.limit, query.offset) as unknown as EventRow[];
    },
    count: (query) => {
      const { where, values } = whereOf(query);
      const row = database.prepare(`select count(*) as count from logs_event where ${where}`).get(...values);
      return Number(row?.['count'] ?? 0);
    },
    expire: (group, before) => {
      database.prepare('delete from logs_event where group_name = ? and timestamp < ?').run(group, before);
    },
  };
};
