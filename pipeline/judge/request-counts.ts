/** Requests to a target group and those of them that failed. */
export interface RequestCounts {
  readonly requests: number;
  readonly errors: number;
}

const plausible = (count: number): number => (Number.isFinite(count) && count > 0 ? Math.floor(count) : 0);

/**
 * The counts as whole numbers of at least 0, what is no number being 0, and with no more errors than requests: a refused
 * connection is counted for each attempt, and a minute's metrics need not arrive together.
 */
export const plausibleCounts = (counts: RequestCounts): RequestCounts => {
  const requests = plausible(counts.requests);
  return { requests, errors: Math.min(requests, plausible(counts.errors)) };
};

/** What came between two cumulative readings with the same beginning. */
export const countsSince = (before: RequestCounts, after: RequestCounts): RequestCounts =>
  plausibleCounts({ requests: after.requests - before.requests, errors: after.errors - before.errors });

/** The share of requests that failed; 0 of none. */
export const ratioOf = ({ requests, errors }: RequestCounts): number =>
  requests === 0 ? 0 : errors / requests;

/** A ratio for people: `2.1 %`. */
export const percent = (ratio: number): string => `${Number((ratio * 100).toPrecision(2))} %`;

/** Counts for people: `2 of 95 requests failed (2.1 %)`. */
export const describeCounts = (counts: RequestCounts): string =>
  `${counts.errors} of ${counts.requests} requests failed (${percent(ratioOf(counts))})`;
