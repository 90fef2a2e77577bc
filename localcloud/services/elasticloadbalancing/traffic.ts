import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CloudContext } from '../../cloud-context.ts';
import { createLoadBalancer } from '../../load-balancer/load-balancer.ts';
import type { RoutingRule } from '../../load-balancer/routing-rules.ts';
import { createLiveTargets } from './live-targets.ts';
import { idleSecondsOf } from './load-balancer-attributes.ts';
import { createMetricsPublisher } from './metrics-publisher.ts';
import type { ElbRecords, ListenerRecord, TargetRecord } from './records.ts';
import { forgetRetiredInstances } from './retired-instances.ts';

/** The service's hold on the data plane. */
export interface Traffic {
  /** Opens the listener's port; rejects with the system's error. */
  openListener(listener: ListenerRecord): Promise<void>;
  /** Serves the stored rules of the listener from now on. */
  routeListener(listenerArn: string): void;
  closeListener(listenerArn: string): Promise<void>;
  /** Applies the stored attributes of a load balancer. */
  refreshLoadBalancer(arn: string): void;
  /** Applies the stored targets and what refers to their groups. */
  refreshTargets(): void;
  health(target: TargetRecord): TargetHealth;
  removeGroup(targetGroupArn: string): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const RETRY_MILLISECONDS = 1_000;
const SWEEP_MILLISECONDS = 2_000;

/** Creates the data plane side of the service; a change takes effect `propagationSeconds` after it was made. */
export const createTraffic = (
  context: CloudContext,
  records: ElbRecords,
  propagationSeconds: number,
): Traffic => {
  const { clock, log } = context;
  const balancer = createLoadBalancer(context);
  const targets = createLiveTargets(context, records, balancer, propagationSeconds * 1_000);
  const publisher = createMetricsPublisher(context, records, balancer, (arn) => targets.hosts(arn));
  const idle = new Map<string, number>();
  let running = new AbortController();
  let background: Promise<void>[] = [];

  const rulesOf = (listener: ListenerRecord): RoutingRule[] => {
    const rules = records.rules.list().filter(({ listenerArn }) => listenerArn === listener.arn);
    return [
      ...rules.toSorted((left, right) => left.priority - right.priority),
      { conditions: [], actions: listener.defaultActions },
    ];
  };
  const refreshLoadBalancer = (arn: string): void => {
    idle.set(arn, idleSecondsOf(records.loadBalancers.get(arn)));
  };
  const openListener = async (listener: ListenerRecord): Promise<void> => {
    refreshLoadBalancer(listener.loadBalancerArn);
    await balancer.open(
      listener.arn,
      listener.port,
      rulesOf(listener),
      () => idle.get(listener.loadBalancerArn) ?? 60,
    );
  };
  const reopen = async (listener: ListenerRecord, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && records.listeners.get(listener.arn) !== undefined) {
      try {
        await openListener(records.listeners.get(listener.arn) ?? listener);
        return;
      } catch (error) {
        log('error', 'listener cannot be opened again', { port: listener.port, error: String(error) });
      }
      await clock.delay(RETRY_MILLISECONDS, signal).catch(() => undefined);
    }
  };
  const sweep = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        await clock.delay(SWEEP_MILLISECONDS, signal);
        if (await forgetRetiredInstances(context, records, await targets.withoutAddress())) targets.refresh();
      } catch (error) {
        if (!signal.aborted) log('warn', 'looking for retired targets failed', { error: String(error) });
      }
    }
  };
  return {
    openListener,
    routeListener: (arn) => {
      const listener = records.listeners.get(arn);
      if (listener === undefined) return;
      const rules = rulesOf(listener);
      if (propagationSeconds === 0) balancer.route(arn, rules);
      else
        clock.delay(propagationSeconds * 1_000, running.signal).then(
          () => balancer.route(arn, rules),
          () => undefined,
        );
    },
    closeListener: async (arn) => {
      publisher.collect();
      await balancer.close(arn);
    },
    refreshLoadBalancer,
    refreshTargets: () => targets.refresh(),
    health: (target) => targets.health(target),
    removeGroup: (arn) => {
      targets.refresh();
      publisher.collect();
      balancer.removePool(arn);
    },
    start: async () => {
      running = new AbortController();
      targets.refresh();
      const opening = records.listeners.list().map((listener) => reopen(listener, running.signal));
      background = [...opening, sweep(running.signal), publisher.run(running.signal)];
      // A port that is still taken must not keep the whole local cloud from starting.
      await Promise.race([Promise.all(opening), clock.delay(RETRY_MILLISECONDS / 2, running.signal)]);
    },
    stop: async () => {
      running.abort();
      targets.stop();
      await Promise.all(records.listeners.list().map(({ arn }) => balancer.close(arn)));
      publisher.collect();
      await Promise.all([balancer.stop(), ...background]);
      await publisher.publish().catch(() => undefined);
    },
  };
};
