import type { DatabaseSync } from 'node:sqlite';
import type { Distribution } from './distribution.ts';
import type { Metric } from './metric.ts';

/** The tables behind the metrics: one row for each series (metric and unit) and one for each of its bins. */
export interface BinTable {
  /** Number of the series; made when it is new. */
  seriesOf(metric: Metric, unit: string): number;
  findSeries(metric: Metric): { readonly id: number; readonly unit: string }[];
  read(series: number, start: number): Distribution | undefined;
  readRange(
    series: number,
    from: number,
    until: number,
  ): { readonly start: number; readonly distribution: Distribution }[];
  write(series: number, start: number, distribution: Distribution): void;
  metrics(): Metric[];
  /** Deletes bins that begin before, and series without bins. */
  prune(before: number): void;
}

const SCHEMA = `
  create table if not exists cloudwatch_series (
    id integer primary key, namespace text, name text, dimensions text, unit text,
    unique (namespace, name, dimensions, unit)
  );
  create table if not exists cloudwatch_bin (
    series integer, start integer, body text, primary key (series, start)
  ) without rowid;
`;

type Body = readonly [number, number, number, number, (readonly (readonly [number, number])[])?];

const write = ({ count, sum, min, max, buckets }: Distribution): string =>
  JSON.stringify(buckets === undefined ? [count, sum, min, max] : [count, sum, min, max, [...buckets]]);

const parse = (body: string): Distribution => {
  const [count, sum, min, max, buckets] = JSON.parse(body) as Body;
  return { count, sum, min, max, buckets: buckets === undefined ? undefined : new Map(buckets) };
};

/** Opens (or creates) the tables. */
export const openBinTable = (database: DatabaseSync): BinTable => {
  database.exec(SCHEMA);
  const insertSeries = database.prepare(
    'insert into cloudwatch_series (namespace, name, dimensions, unit) values (?, ?, ?, ?) on conflict do update set unit = unit returning id',
  );
  const selectSeries = database.prepare(
    'select id, unit from cloudwatch_series where namespace = ? and name = ? and dimensions = ?',
  );
  const selectMetrics = database.prepare(
    'select distinct namespace, name, dimensions from cloudwatch_series order by namespace, name, dimensions',
  );
  const select = database.prepare('select body from cloudwatch_bin where series = ? and start = ?');
  const selectRange = database.prepare(
    'select start, body from cloudwatch_bin where series = ? and start >= ? and start < ? order by start',
  );
  const upsert = database.prepare('insert or replace into cloudwatch_bin values (?, ?, ?)');
  const deleteBins = database.prepare('delete from cloudwatch_bin where start < ?');
  const deleteSeries = database.prepare(
    'delete from cloudwatch_series where id not in (select series from cloudwatch_bin)',
  );
  const known = new Map<string, number>();

  return {
    seriesOf: ({ namespace, name, dimensions }, unit) => {
      const key = JSON.stringify([namespace, name, dimensions, unit]);
      let id = known.get(key);
      if (id === undefined) {
        ({ id } = insertSeries.get(namespace, name, JSON.stringify(dimensions), unit) as { id: number });
        known.set(key, id);
      }
      return id;
    },
    findSeries: ({ namespace, name, dimensions }) =>
      selectSeries.all(namespace, name, JSON.stringify(dimensions)) as { id: number; unit: string }[],
    read: (series, start) => {
      const row = select.get(series, start) as { body: string } | undefined;
      return row === undefined ? undefined : parse(row.body);
    },
    readRange: (series, from, until) => {
      const rows = selectRange.all(series, from, until) as { start: number; body: string }[];
      return rows.map(({ start, body }) => ({ start, distribution: parse(body) }));
    },
    write: (series, start, distribution) => {
      upsert.run(series, start, write(distribution));
    },
    metrics: () => {
      const rows = selectMetrics.all() as { namespace: string; name: string; dimensions: string }[];
      return rows.map(({ namespace, name, dimensions }) => ({
        namespace,
        name,
        dimensions: JSON.parse(dimensions) as Metric['dimensions'],
      }));
    },
    prune: (before) => {
      deleteBins.run(before);
      deleteSeries.run();
      known.clear();
    },
  };
};
