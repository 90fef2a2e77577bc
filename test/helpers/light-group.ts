import { randomBytes } from 'node:crypto';
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { recycleNow } from '#cli/recycle/recycle-now';
import { readBudget } from '#pipeline/disruption/budget';
import type { EndedMachine } from '#pipeline/machine/ended-machine';
import { endedMachineKey } from '#pipeline/machine/ended-machine';
import type { EnvironmentRecord, InstanceId } from '#pipeline/model';
import type { PlanRecyclingInput } from '#pipeline/recycle/plan-recycling';
import { isSameWeights, readWeights } from '#pipeline/traffic/app-rule';
import type { Weight } from '#pipeline/traffic/app-rule';
import { countHealthy, readTargetHealth } from '#pipeline/traffic/target-group';
import type { EndedExecution, LightKiln } from './light-kiln.ts';
import type { LightMachine } from './light-machines.ts';
import { poll } from './poll.ts';

const MINUTE = 60_000;
const LONG_MILLISECONDS = 6 * MINUTE;
const PLAN_MILLISECONDS = 3000;

/** Looks at a group all of the time. */
export interface CapacityWatch {
  /** Stops; the fewest healthy targets that traffic ever had. */
  stop(): Promise<number>;
}

/** The group of an app that serves in an environment, and what the tests of recycling and chaos see of it. */
export interface LightGroup {
  record(): Promise<EnvironmentRecord>;
  group(): Promise<AutoScalingGroup>;
  /** Those that serve or are to. */
  instances(): Promise<readonly Instance[]>;
  ids(): Promise<readonly string[]>;
  /** Machines by zone. */
  zones(): Promise<Readonly<Record<string, number>>>;
  /** All machines that were ever launched for the app in the environment. */
  launched(): readonly LightMachine[];
  watchCapacity(): CapacityWatch;
  /** Starts recycling as its schedule does, of whatever age the machines are. @returns the replacements that it started */
  recycle(input?: PlanRecyclingInput): Promise<readonly string[]>;
  /** Starts what a replacement was asked to do once more, as a plan of another minute would. */
  replaceAgain(executionArn: string): Promise<string>;
  /** Waits for the end of an execution, which may be a long one. */
  endOf(executionArn: string): Promise<EndedExecution>;
  /** Recycles and waits until it has ended: once, or again and again until none of these is left. */
  recycleAll(old?: readonly string[]): Promise<void>;
  blackBox(instanceId: string): Promise<EndedMachine>;
  /** Waits until the group has exactly so many machines, all healthy, and nobody holds anything of it. */
  atRest(machines: number): Promise<void>;
}

const isStaying = ({ LifecycleState }: Instance): boolean => LifecycleState?.startsWith('Terminat') !== true;

/** The group of an app in an environment. */
export const lightGroup = (kiln: LightKiln, environment: string, app = 'hello'): LightGroup => {
  const { connection, documents, machines } = kiln;
  const record = (): Promise<EnvironmentRecord> => kiln.record(app, environment);
  const group = async (): Promise<AutoScalingGroup> => {
    const name = (await record()).current?.groupName ?? 'none';
    const { AutoScalingGroups: [found] = [] } = await connection.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    if (found === undefined) throw new Error(`'${app}' has no group in '${environment}'`);
    return found;
  };
  const instances = async (): Promise<readonly Instance[]> =>
    ((await group()).Instances ?? []).filter(isStaying);
  const ids = async (): Promise<readonly string[]> =>
    (await instances()).map(({ InstanceId = '' }) => InstanceId).toSorted();
  /** What the app's rule says: the record of what serves follows it, after a rollout by a call or two. */
  const weights = async (): Promise<readonly Weight[]> =>
    readWeights((await record()).ruleArn ?? '', connection.balancing);
  /** Healthy targets of every group that has a share of the traffic. */
  const healthyOf = async (shares: readonly Weight[]): Promise<number> => {
    let count = 0;
    for (const { targetGroupArn, weight } of shares)
      if (weight > 0) count += countHealthy(await readTargetHealth(targetGroupArn, connection.balancing));
    return count;
  };
  const look = async (): Promise<unknown> => {
    const { lease, waiting, retiring, replacement, progress } = await record();
    const { DesiredCapacity, Instances = [] } = await group();
    const { disruptions } = await readBudget(environment, { ...connection, documents, clock: kiln.clock });
    return {
      left: [lease, waiting, retiring, replacement, progress].filter((each) => each !== undefined),
      disruptions,
      desired: DesiredCapacity,
      inService: Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length,
      all: Instances.length,
      healthy: await healthyOf(await weights()),
    };
  };
  const atRest = async (count: number): Promise<void> => {
    const wanted = {
      left: [],
      disruptions: [],
      desired: count,
      inService: count,
      all: count,
      healthy: count,
    };
    let seen = '';
    await kiln
      .waitFor('no rest', async () => {
        seen = JSON.stringify(await look());
        return seen === JSON.stringify(wanted) ? true : undefined;
      })
      .catch(() => {
        throw new Error(`'${environment}' does not come to rest with ${count} machines: ${seen}`);
      });
  };
  const recycle = async (input: PlanRecyclingInput = {}): Promise<readonly string[]> => {
    const deps = { ...kiln, signal: AbortSignal.timeout(MINUTE) };
    return (await recycleNow({ environment, app, all: true, ...input }, deps)).replacements;
  };
  const endOf = (executionArn: string): Promise<EndedExecution> =>
    poll(
      async () => {
        const { status } = await connection.states.send(new DescribeExecutionCommand({ executionArn }));
        return status === 'RUNNING' ? undefined : kiln.ended(executionArn);
      },
      LONG_MILLISECONDS,
      () => `'${executionArn}' does not end`,
    );
  const recycleOnce = async (): Promise<void> => {
    for (const arn of await recycle()) await endOf(arn);
  };
  const replaceAgain = async (executionArn: string): Promise<string> => {
    const { states } = connection;
    const { input, stateMachineArn } = await states.send(new DescribeExecutionCommand({ executionArn }));
    const name = `again-${randomBytes(8).toString('hex')}`;
    const started = await states.send(new StartExecutionCommand({ input, stateMachineArn, name }));
    return started.executionArn ?? '';
  };
  return {
    record,
    group,
    instances,
    ids,
    atRest,
    recycle,
    zones: async () => {
      const counts: Record<string, number> = {};
      for (const { AvailabilityZone = '' } of await instances())
        counts[AvailabilityZone.slice(-1)] = (counts[AvailabilityZone.slice(-1)] ?? 0) + 1;
      return counts;
    },
    launched: () =>
      machines.machines.filter(
        ({ guest }) => guest.app === app && guest.environment === environment && guest.purpose === undefined,
      ),
    watchCapacity: () => {
      const ended = new AbortController();
      const watch = (async () => {
        let fewest = Infinity;
        while (!ended.signal.aborted) {
          const shares = await weights();
          const count = await healthyOf(shares);
          // Otherwise traffic went elsewhere in between: a group that has none is not looked after any more.
          if (isSameWeights(await weights(), shares)) fewest = Math.min(fewest, count);
          await kiln.clock.delay(100);
        }
        return fewest;
      })();
      return {
        stop: () => {
          ended.abort();
          return watch;
        },
      };
    },
    replaceAgain,
    endOf,
    recycleAll: async (old = []) => {
      await recycleOnce();
      while ((await ids()).some((id) => old.includes(id))) {
        // In the same minute the same machines are the same replacement.
        await kiln.clock.delay(PLAN_MILLISECONDS);
        await recycleOnce();
      }
    },
    blackBox: (instanceId) =>
      kiln.waitFor(`'${instanceId}' left no black box`, () =>
        documents.read<EndedMachine>(
          endedMachineKey({ environment, app, instanceId: instanceId as InstanceId }),
        ),
      ),
  };
};
