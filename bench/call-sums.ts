import type { CallCount } from './call-counter.ts';

/** Calls by function and operation. */
export type CallsByFunction = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Calls by what AWS promises for them. */
export interface CallSums {
  readonly controlPlane: number;
  /** Events put and metrics read. */
  readonly news: number;
  /** Documents in S3. */
  readonly documents: number;
}

const isDocument = ({ operation }: CallCount): boolean => operation.startsWith('s3:');
/** What AWS calls data planes: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/control-planes-and-data-planes.html */
const DATA_PLANE = new Set(['events:PutEvents', 'cloudwatch:GetMetricData']);
const isNews = ({ operation }: CallCount): boolean => DATA_PLANE.has(operation);

const sum = (counts: readonly CallCount[]): number => counts.reduce((total, { calls }) => total + calls, 0);

/** Adds up calls by their kind. */
export const sumCalls = (counts: readonly CallCount[]): CallSums => ({
  controlPlane: sum(counts.filter((count) => !isDocument(count) && !isNews(count))),
  news: sum(counts.filter(isNews)),
  documents: sum(counts.filter(isDocument)),
});

/** The calls of these functions, those that made none left out. */
export const byFunction = (counts: readonly CallCount[], functions: ReadonlySet<string>): CallsByFunction => {
  const found = [...functions].map((name) => {
    const own = counts.filter(({ caller }) => caller === name);
    return [
      name,
      Object.fromEntries(own.map(({ operation, calls }) => [operation, calls] as const)),
    ] as const;
  });
  return Object.fromEntries(found.filter(([, own]) => Object.keys(own).length > 0));
};
