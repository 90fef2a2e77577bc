import type { Clock } from '../clock.ts';
import type { Log } from '../cloud-context.ts';
import type { Random } from '../random.ts';
import { openListener } from './listener.ts';
import type { Listener } from './listener.ts';
import { compileRules } from './routing-rules.ts';
import type { RoutingRule } from './routing-rules.ts';
import { createTargetPool } from './target-pool.ts';
import type { TargetPool } from './target-pool.ts';
import { createTrafficCounters } from './traffic-counters.ts';
import type { TrafficCounters } from './traffic-counters.ts';

/** The data plane: open ports, their rules, and the target groups that the rules lead to. */
export interface LoadBalancer {
  /** Opens a port on 127.0.0.1 and serves the rules on it. `idleSeconds` is asked for every request. */
  open(
    listenerArn: string,
    port: number,
    rules: readonly RoutingRule[],
    idleSeconds: () => number,
  ): Promise<void>;
  /** Replaces all rules of an open listener; does nothing when it is not open. */
  route(listenerArn: string, rules: readonly RoutingRule[]): void;
  /** Closes the port; requests under way get a second to finish. */
  close(listenerArn: string): Promise<void>;
  /** The pool of a target group, created when it is first asked for. */
  pool(targetGroupArn: string): TargetPool;
  /** Cuts what the group's targets still serve and forgets the group. */
  removePool(targetGroupArn: string): void;
  /** All pools, by target group. */
  readonly pools: ReadonlyMap<string, TargetPool>;
  /** Counters of the answers that belong to no target group, by listener. */
  readonly unrouted: ReadonlyMap<string, TrafficCounters>;
  stop(): Promise<void>;
}

/** What the data plane is created with. */
export interface LoadBalancerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Creates a data plane with nothing open. */
export const createLoadBalancer = ({ clock, random, log }: LoadBalancerOptions): LoadBalancer => {
  const listeners = new Map<string, Listener>();
  const pools = new Map<string, TargetPool>();
  const unrouted = new Map<string, TrafficCounters>();
  const fraction = (): number => random.fraction();
  const pool = (arn: string): TargetPool => {
    const existing = pools.get(arn);
    if (existing !== undefined) return existing;
    const created = createTargetPool(arn, fraction);
    pools.set(arn, created);
    return created;
  };
  const removePool = (arn: string): void => {
    for (const target of pools.get(arn)?.targets.values() ?? []) target.close();
    pools.delete(arn);
  };
  const close = async (arn: string): Promise<void> => {
    const listener = listeners.get(arn);
    listeners.delete(arn);
    await listener?.close();
    unrouted.delete(arn);
  };
  return {
    open: async (arn, port, rules, idleSeconds) => {
      const by = {
        listenerPort: port,
        hex: (digits: number) => random.hex(digits),
        now: () => clock.now(),
      };
      const counters = createTrafficCounters();
      const listener = await openListener({ by, idleSeconds, counters }, (error) => {
        log('error', 'request failed in the load balancer', { listenerArn: arn, error: String(error) });
      });
      listener.use(compileRules(rules, pool, fraction));
      listeners.set(arn, listener);
      unrouted.set(arn, counters);
    },
    route: (arn, rules) => listeners.get(arn)?.use(compileRules(rules, pool, fraction)),
    close,
    pool,
    pools,
    unrouted,
    removePool,
    stop: async () => {
      await Promise.all([...listeners.keys()].map(close));
      for (const arn of pools.keys()) removePool(arn);
    },
  };
};
