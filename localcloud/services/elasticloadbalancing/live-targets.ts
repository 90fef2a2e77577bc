import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CloudContext, NetworkAddress } from '../../cloud-context.ts';
import { createBalancedTarget } from '../../load-balancer/balanced-target.ts';
import type { BalancedTarget } from '../../load-balancer/balanced-target.ts';
import { startHealthChecker } from '../../load-balancer/health-checker.ts';
import type { HealthChecker } from '../../load-balancer/health-checker.ts';
import { parseMatcher } from '../../load-balancer/health-probe.ts';
import type { LoadBalancer } from '../../load-balancer/load-balancer.ts';
import type { HealthSettings } from '../../load-balancer/target-health.ts';
import { associations } from './associations.ts';
import { targetKey, targetRecordKey } from './records.ts';
import type { ElbRecords, HealthCheckRecord, TargetGroupRecord, TargetRecord } from './records.ts';
import { algorithmOf } from './target-group-attributes.ts';
import type { HostCounts } from './traffic-metrics.ts';

interface LiveTarget {
  readonly record: TargetRecord;
  readonly target: BalancedTarget;
  checker?: HealthChecker;
  draining?: AbortController;
  /** Until then it is given requests that it should not be given any more. */
  withdrawing?: AbortController;
}

const SERVING_MILLISECONDS = 100;

/** The registered targets in the data plane: their health checks and their draining. */
export interface LiveTargets {
  /** Brings the data plane in line with the records, after any change of groups, targets, listeners or rules. */
  refresh(): void;
  health(record: TargetRecord): TargetHealth;
  /** The targets of a group by their health; undefined when it has none. */
  hosts(targetGroupArn: string): HostCounts | undefined;
  /** Registered instances that have no address now. */
  withoutAddress(): Promise<TargetRecord[]>;
  stop(): void;
}

const healthSettings = (check: HealthCheckRecord): HealthSettings => ({
  path: check.path,
  intervalMilliseconds: check.intervalSeconds * 1_000,
  timeoutMilliseconds: check.timeoutSeconds * 1_000,
  healthyThreshold: check.healthyThreshold,
  unhealthyThreshold: check.unhealthyThreshold,
  accepts: parseMatcher(check.matcher) ?? (() => false),
});

/**
 * Creates the live side of the target records; nothing happens before the first `refresh`. A target that is taken out is
 * given requests for `propagationMilliseconds` more.
 */
export const createLiveTargets = (
  { backplane, clock, log }: Pick<CloudContext, 'backplane' | 'clock' | 'log'>,
  records: ElbRecords,
  balancer: LoadBalancer,
  propagationMilliseconds: number,
): LiveTargets => {
  const lives = new Map<string, LiveTarget>();
  let used: ReadonlyMap<string, unknown> = new Map();

  const locate = (group: TargetGroupRecord, id: string, port: number): Promise<NetworkAddress | undefined> =>
    group.targetType === 'ip' ? Promise.resolve({ host: id, port }) : backplane.resolve(id, port);

  const enter = (record: TargetRecord, group: TargetGroupRecord): LiveTarget => {
    const target = createBalancedTarget(targetKey(record), () => locate(group, record.id, record.port));
    const live: LiveTarget = { record, target };
    lives.set(targetRecordKey(record), live);
    balancer.pool(group.arn).targets.set(target.key, target);
    return live;
  };
  const leave = (live: LiveTarget): void => {
    live.checker?.stop();
    live.draining?.abort();
    live.withdrawing?.abort();
    live.target.close();
    lives.delete(targetRecordKey(live.record));
    balancer.pool(live.record.groupArn).targets.delete(live.target.key);
  };
  const stopChecking = (live: LiveTarget): void => {
    live.checker?.stop();
    delete live.checker;
  };
  const withdraw = (live: LiveTarget, standing: 'draining' | 'unused'): void => {
    stopChecking(live);
    if (propagationMilliseconds === 0) live.target.standing = standing;
    if (propagationMilliseconds === 0 || live.withdrawing !== undefined) return;
    const abort = new AbortController();
    live.withdrawing = abort;
    clock.delay(propagationMilliseconds, abort.signal).then(
      () => {
        live.target.standing = standing;
      },
      () => undefined,
    );
  };
  const check = (live: LiveTarget, group: TargetGroupRecord): void => {
    for (const pending of [live.draining, live.withdrawing]) pending?.abort();
    delete live.draining;
    delete live.withdrawing;
    if (live.checker !== undefined) return;
    const { id, port } = live.record;
    const current = (): TargetGroupRecord => records.targetGroups.get(group.arn) ?? group;
    live.target.standing = 'initial';
    live.checker = startHealthChecker({
      clock,
      settings: () => healthSettings(current().healthCheck),
      address: () => {
        const checkPort = current().healthCheck.port;
        return checkPort === 'traffic-port' ? live.target.address() : locate(group, id, Number(checkPort));
      },
      onChange: ({ state, reason }) => {
        live.target.standing = state;
        log('info', 'target health changed', { targetGroup: group.name, target: id, port, state, reason });
      },
      onError: (error) =>
        log('error', 'health check broke', { targetGroup: group.name, error: String(error) }),
    });
  };
  const finish = (live: LiveTarget): void => {
    const { groupArn, id, port } = live.record;
    const requests = live.target.exchanges.size;
    if (requests > 0)
      log('warn', 'requests cut at the end of draining', {
        targetGroupArn: groupArn,
        target: id,
        port,
        requests,
      });
    records.targets.delete(targetRecordKey(live.record));
    leave(live);
  };
  // Requests that began before the last rule let go of the group are still under way.
  const whileServing = async (live: LiveTarget, until: number, signal: AbortSignal): Promise<void> => {
    await clock.delay(propagationMilliseconds, signal);
    while (live.target.exchanges.size > 0 && clock.now() < until)
      await clock.delay(SERVING_MILLISECONDS, signal);
  };
  const drain = (live: LiveTarget, until: number): void => {
    withdraw(live, 'draining');
    if (live.draining !== undefined) return;
    const idle = live.target.exchanges.size === 0 && propagationMilliseconds === 0;
    if (!used.has(live.record.groupArn) && idle) {
      finish(live);
      return;
    }
    const abort = new AbortController();
    live.draining = abort;
    const waiting = used.has(live.record.groupArn)
      ? clock.delay(Math.max(0, until - clock.now()), abort.signal)
      : whileServing(live, until, abort.signal);
    waiting.then(
      () => finish(live),
      () => undefined,
    );
  };
  const refreshTarget = (record: TargetRecord): void => {
    const group = records.targetGroups.get(record.groupArn);
    if (group === undefined) return;
    const live = lives.get(targetRecordKey(record)) ?? enter(record, group);
    if (record.drainingUntil !== undefined) drain(live, record.drainingUntil);
    else if (used.has(group.arn)) check(live, group);
    else withdraw(live, 'unused');
  };
  return {
    refresh: () => {
      used = associations(records);
      const current = records.targets.list();
      const keys = new Set(current.map(targetRecordKey));
      for (const [key, live] of lives) if (!keys.has(key)) leave(live);
      for (const record of current) refreshTarget(record);
      for (const group of records.targetGroups.list())
        balancer.pool(group.arn).algorithm = algorithmOf(group);
    },
    health: (record) => {
      if (record.drainingUntil !== undefined)
        return {
          State: 'draining',
          Reason: 'Target.DeregistrationInProgress',
          Description: 'Target deregistration is in progress',
        };
      const health = lives.get(targetRecordKey(record))?.checker?.health();
      if (health === undefined)
        return {
          State: 'unused',
          Reason: 'Target.NotInUse',
          Description: 'Target group is not configured to receive traffic from the load balancer',
        };
      return {
        State: health.state,
        ...(health.reason === undefined ? {} : { Reason: health.reason }),
        ...(health.description === undefined ? {} : { Description: health.description }),
      };
    },
    hosts: (groupArn) => {
      const standings = [...balancer.pool(groupArn).targets.values()].map(({ standing }) => standing);
      if (standings.length === 0) return undefined;
      return {
        healthy: standings.filter((standing) => standing === 'healthy').length,
        unhealthy: standings.filter((standing) => standing === 'unhealthy').length,
      };
    },
    withoutAddress: async () => {
      const missing: TargetRecord[] = [];
      for (const { record, target } of lives.values()) {
        if (records.targetGroups.get(record.groupArn)?.targetType !== 'instance') continue;
        if ((await target.address()) === undefined) missing.push(record);
      }
      return missing;
    },
    stop: () => {
      for (const live of lives.values()) {
        live.checker?.stop();
        live.draining?.abort();
        live.withdrawing?.abort();
      }
      lives.clear();
    },
  };
};
