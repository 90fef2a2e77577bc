import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { executionDoesNotExist } from './errors.ts';

/** Status of an execution. */
export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution as stored. Times are milliseconds since the epoch. */
export interface ExecutionRecord {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly status: Status;
  readonly startedAt: number;
  readonly stoppedAt?: number;
  /** Revision of the machine that it was started with. */
  readonly revisionId: string;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

interface Row {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly machine: string;
  readonly status: string;
  readonly started: number;
  readonly stopped: number | null;
  readonly revision: string;
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

const schema = `
create table if not exists states_execution (
  id integer primary key, arn text unique not null, name text not null, machine text not null, status text not null,
  started integer not null, stopped integer, revision text not null, input text not null, output text, error text, cause text
);
create index if not exists states_execution_machine on states_execution (machine, id);
create index if not exists states_execution_running on states_execution (status) where status = 'RUNNING';
create table if not exists states_step (
  execution integer, key text, event_id integer, event text, value text, primary key (execution, key)
) without rowid;
create index if not exists states_step_event on states_step (execution, event_id) where event_id is not null;
create table if not exists states_token (
  token text primary key, execution integer not null, status text not null, answer text, heartbeat integer
) without rowid;
create index if not exists states_token_execution on states_token (execution);
`;

const fromRow = (row: Row): ExecutionRecord => ({
  id: row.id,
  arn: row.arn,
  name: row.name,
  machineArn: row.machine,
  status: row.status as Status,
  startedAt: row.started,
  revisionId: row.revision,
  input: row.input,
  ...(row.stopped === null ? {} : { stoppedAt: row.stopped }),
  ...(row.output === null ? {} : { output: row.output }),
  ...(row.error === null ? {} : { error: row.error }),
  ...(row.cause === null ? {} : { cause: row.cause }),
});

/** The executions of a local cloud. */
export interface ExecutionStore {
  insert(record: Omit<ExecutionRecord, 'id'>): ExecutionRecord;
  finish(record: ExecutionRecord): void;
  find(arn: string): ExecutionRecord | undefined;
  /** Throws `ExecutionDoesNotExist`. */
  require(arn: string): ExecutionRecord;
  /** Newest first; `before` is the id after which the page starts. */
  list(filter: { machineArn?: string; status?: string; before?: number; limit: number }): ExecutionRecord[];
  running(): ExecutionRecord[];
  /** Removes an execution with its history and tokens. */
  remove(id: number): void;
  endedBefore(time: number): ExecutionRecord[];
}

/** Opens the tables of executions, history and tokens. */
export const openExecutionStore = (database: DatabaseSync): ExecutionStore => {
  database.exec(schema);
  const insert = database.prepare(
    'insert into states_execution (arn, name, machine, status, started, revision, input) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const update = database.prepare(
    'update states_execution set status = ?, stopped = ?, output = ?, error = ?, cause = ? where id = ?',
  );
  const byArn = database.prepare('select * from states_execution where arn = ?');
  const all = (sql: string, ...values: SQLInputValue[]): ExecutionRecord[] =>
    (database.prepare(sql).all(...values) as unknown as Row[]).map(fromRow);

  const find = (arn: string): ExecutionRecord | undefined => {
    const row = byArn.get(arn) as unknown as Row | undefined;
    return row === undefined ? undefined : fromRow(row);
  };

  return {
    insert: (record) => {
      const { arn, name, machineArn, status, startedAt, revisionId, input } = record;
      const { lastInsertRowid } = insert.run(arn, name, machineArn, status, startedAt, revisionId, input);
      return { ...record, id: Number(lastInsertRowid) };
    },
    finish: ({ status, stoppedAt, output, error, cause, id }) => {
      update.run(status, stoppedAt ?? null, output ?? null, error ?? null, cause ?? null, id);
    },
    find,
    require: (arn) => {
      const record = find(arn);
      if (record === undefined) throw executionDoesNotExist(arn);
      return record;
    },
    list: ({ machineArn, status, before, limit }) =>
      all(
        `select * from states_execution where (?1 is null or machine = ?1) and (?2 is null or status = ?2)
         and (?3 is null or id < ?3) order by id desc limit ?4`,
        machineArn ?? null,
        status ?? null,
        before ?? null,
        limit,
      ),
    running: () => all("select * from states_execution where status = 'RUNNING' order by id"),
    endedBefore: (time) => all('select * from states_execution where stopped < ?', time),
    remove: (id) => {
      database.prepare('delete from states_step where execution = ?').run(id);
      database.prepare('delete from states_token where execution = ?').run(id);
      database.prepare('delete from states_execution where id = ?').run(id);
    },
  };
};
