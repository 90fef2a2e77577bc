import type { BalancedTarget } from './balanced-target.ts';
import { createTrafficCounters } from './traffic-counters.ts';
import type { TrafficCounters } from './traffic-counters.ts';

/** How a group's requests are spread over its targets. */
export type Algorithm = 'round_robin' | 'least_outstanding_requests' | 'weighted_random';

/** The targets of one target group and the choice between them. */
export interface TargetPool {
  readonly arn: string;
  readonly targets: Map<string, BalancedTarget>;
  readonly counters: TrafficCounters;
  algorithm: Algorithm;
  /**
   * The next target, or undefined when the group has none to offer. Only healthy targets are offered; when there is none,
   * the unhealthy ones are ("fail open"). Targets in their initial checks and draining ones are never offered.
   */
  pick(except?: ReadonlySet<BalancedTarget>): BalancedTarget | undefined;
}

const candidates = (pool: TargetPool, except: ReadonlySet<BalancedTarget> | undefined): BalancedTarget[] => {
  const healthy: BalancedTarget[] = [];
  const unhealthy: BalancedTarget[] = [];
  for (const target of pool.targets.values()) {
    if (except?.has(target) === true) continue;
    if (target.standing === 'healthy') healthy.push(target);
    if (target.standing === 'unhealthy') unhealthy.push(target);
  }
  return healthy.length > 0 ? healthy : unhealthy;
};

const leastOutstanding = (targets: readonly BalancedTarget[], turn: number): BalancedTarget | undefined => {
  let best: BalancedTarget | undefined;
  for (let offset = 0; offset < targets.length; offset += 1) {
    const target = targets[(turn + offset) % targets.length];
    if (best === undefined || (target?.exchanges.size ?? 0) < best.exchanges.size) best = target;
  }
  return best;
};

/** Creates the pool of a target group; `fraction` draws from [0, 1) for the `weighted_random` algorithm. */
export const createTargetPool = (arn: string, fraction: () => number): TargetPool => {
  let turn = 0;
  const pool: TargetPool = {
    arn,
    targets: new Map(),
    counters: createTrafficCounters(),
    algorithm: 'round_robin',
    pick: (except) => {
      const targets = candidates(pool, except);
      if (targets.length === 0) return undefined;
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
      if (pool.algorithm === 'least_outstanding_requests') return leastOutstanding(targets, turn);
      if (pool.algorithm === 'weighted_random') return targets[Math.floor(fraction() * targets.length)];
      return targets[turn % targets.length];
    },
  };
  return pool;
};
