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

/** Counts traffic; `read` gives a copy. */
export interface TrafficCounters {
  request(): void;
  targetAnswer(status: number, milliseconds: number): void;
  balancerAnswer(status: number): void;
  connectionError(): void;
  resend(): void;
  read(): TrafficCounts;
}

/** Counters that start at zero. */
export const createTrafficCounters = (): TrafficCounters => {
  let requests = 0;
  let connectionErrors = 0;
  let resent = 0;
  let sum = 0;
  let max = 0;
  const targetCodes: Record<string, number> = {};
  const balancerCodes: Record<string, number> = {};
  return {
    request: () => {
      requests += 1;
    },
    targetAnswer: (status, milliseconds) => {
      const group = `${Math.floor(status / 100)}XX`;
      targetCodes[group] = (targetCodes[group] ?? 0) + 1;
      sum += milliseconds;
      max = Math.max(max, milliseconds);
    },
    balancerAnswer: (status) => {
      balancerCodes[status] = (balancerCodes[status] ?? 0) + 1;
    },
    connectionError: () => {
      connectionErrors += 1;
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
  };
};
