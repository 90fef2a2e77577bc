import type { CountedTimes } from './response-times.ts';
import { createResponseTimes } from './response-times.ts';

/** What CloudWatch would count for a target group or a listener since the local cloud started. */
export interface TrafficCounts {
  /** `RequestCount`: requests that a target was chosen for. */
  readonly requests: number;
  /** `HTTPCode_Target_2XX_Count` and so on, by hundreds digit. */
  readonly targetCodes: Readonly<Record<string, number>>;
  /** `HTTPCode_ELB_5XX_Count` and so on: answers that the balancer made itself, by status. */
  readonly balancerCodes: Readonly<Record<string, number>>;
  /** `TargetConnectionErrorCount`. */
  readonly connectionErrors: number;
  /** Requests sent a second time because an idle connection had gone; no CloudWatch counterpart. */
  readonly resent: number;
  /** Sum and maximum of `TargetResponseTime`, in milliseconds: request sent → response head. */
  readonly responseMilliseconds: { readonly sum: number; readonly max: number };
}

/** What was counted in a stretch of time. */
export type TrafficPart = Pick<
  TrafficCounts,
  'requests' | 'targetCodes' | 'balancerCodes' | 'connectionErrors'
> & {
  readonly responseTimes: CountedTimes;
};

/** Counts traffic; `read` gives a copy. */
export interface TrafficCounters {
  request(): void;
  targetAnswer(status: number, milliseconds: number): void;
  balancerAnswer(status: number): void;
  connectionError(): void;
  resend(): void;
  read(): TrafficCounts;
  /** What was counted since the last time this was asked; undefined when that is nothing. */
  take(): TrafficPart | undefined;
}

const difference = (
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Record<string, number> => {
  const entries = Object.entries(now).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
};

/** Counters that start at zero. */
export const createTrafficCounters = (): TrafficCounters => {
  let requests = 0;
  let connectionErrors = 0;
  let resent = 0;
  let sum = 0;
  let max = 0;
  const targetCodes: Record<string, number> = {};
  const balancerCodes: Record<string, number> = {};
  const responseTimes = createResponseTimes();
  let changed = false;
  let taken = { requests: 0, connectionErrors: 0, targetCodes: {}, balancerCodes: {} };
  return {
    request: () => {
      requests += 1;
      changed = true;
    },
    targetAnswer: (status, milliseconds) => {
      const group = `${Math.floor(status / 100)}XX`;
      targetCodes[group] = (targetCodes[group] ?? 0) + 1;
      sum += milliseconds;
      max = Math.max(max, milliseconds);
      responseTimes.add(milliseconds);
      changed = true;
    },
    balancerAnswer: (status) => {
      balancerCodes[status] = (balancerCodes[status] ?? 0) + 1;
      changed = true;
    },
    connectionError: () => {
      connectionErrors += 1;
      changed = true;
    },
    resend: () => {
      resent += 1;
    },
    read: () => ({
      requests,
      targetCodes: { ...targetCodes },
      balancerCodes: { ...balancerCodes },
      connectionErrors,
      resent,
      responseMilliseconds: { sum, max },
    }),
    take: () => {
      if (!changed) return undefined;
      const part = {
        requests: requests - taken.requests,
        connectionErrors: connectionErrors - taken.connectionErrors,
        targetCodes: difference(targetCodes, taken.targetCodes),
        balancerCodes: difference(balancerCodes, taken.balancerCodes),
        responseTimes: responseTimes.take(),
      };
      changed = false;
      taken = {
        requests,
        connectionErrors,
        targetCodes: { ...targetCodes },
        balancerCodes: { ...balancerCodes },
      };
      return part;
    },
  };
};
