import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { poll } from '../clock.ts';
import { MachinesKeepFailingError, TargetsNotHealthyYetError, WrongImageError } from '../errors.ts';
import type { Rollout } from '../model.ts';
import { readTargetHealth } from '../traffic/target-group.ts';
import { readEnvironmentRecord } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { checkLease } from './lease.ts';
import { growMachineGroup, readMachineGroups } from './machine-group.ts';
import { machinesAt } from './strategy.ts';

/** Failed launches or ended machines after which waiting longer makes no sense. */
const FAILURES_TO_GIVE_UP = 3;
/** A state's shortest retry interval is 1 s (States Language, `IntervalSeconds`); a machine boots in three. */
const LOOK_MILLISECONDS = 250;
/** A machine that takes a minute to start is asked for seldom; one that takes seconds is seen at once. */
const LONGEST_LOOK_MILLISECONDS = 5000;
const LATE = 0.1;
const LOOKING_MILLISECONDS = 5000;

export interface WaitForHealthyTargetsDeps extends EnvironmentRecordDeps {
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly ec2: EC2Client;
}

const checkFailures = async (
  groupName: string,
  createdAt: Date | undefined,
  autoScaling: AutoScalingClient,
): Promise<void> => {
  const { Activities = [] } = await autoScaling.send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName: groupName, MaxRecords: 50 }),
  );
  // A release that comes back has a group of the name that it had before, whose activities are remembered.
  const own = Activities.filter(
    ({ StartTime }) => createdAt === undefined || StartTime === undefined || StartTime >= createdAt,
  );
  // In a group that only starts, a termination means that a machine ended or failed its health check.
  const failures = own.filter(
    (activity) =>
      activity.StatusCode === 'Failed' || activity.Description?.startsWith('Terminating') === true,
  );
  if (failures.length < FAILURES_TO_GIVE_UP) return;
  const [last] = failures;
  throw new MachinesKeepFailingError(
    groupName,
    `${failures.length} ended or did not start, last: ${last?.Cause ?? last?.StatusMessage ?? 'no reason given'}`,
  );
};

/**
 * Green gets at least the machines that its next share needs of the fleet as it is now: somebody may have changed blue's
 * size since the rollout began.
 */
const growGreen = async (
  { green, blue, machines: planned, strategy, step }: Rollout,
  autoScaling: AutoScalingClient,
): Promise<{
  readonly machines: number;
  readonly needed: number;
  readonly group: AutoScalingGroup | undefined;
}> => {
  const names = [green, ...(blue === undefined ? [] : [blue])].map(({ groupName }) => groupName);
  const groups = await readMachineGroups(names, autoScaling);
  const machines = groups.get(blue?.groupName ?? '')?.DesiredCapacity ?? planned;
  const needed = machinesAt(strategy, step, machines);
  const group = groups.get(green.groupName);
  await growMachineGroup(group, needed, autoScaling);
  return { machines, needed, group };
};

/**
 * Healthy is not enough: what answers must be this release's image. A machine keeps the image that it was launched from, so
 * that only new ones are looked at. @throws WrongImageError
 */
const checkImages = async (
  { green, checkedInstanceIds = [] }: Rollout,
  healthy: readonly string[],
  ec2: EC2Client,
): Promise<void> => {
  const InstanceIds = healthy.filter((id) => !checkedInstanceIds.includes(id));
  if (InstanceIds.length === 0) return;
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
  for (const { ImageId = 'none' } of Reservations.flatMap(({ Instances = [] }) => Instances)) {
    if (ImageId !== green.imageId) throw new WrongImageError(green.groupName, ImageId, green.imageId);
  }
};

/** The very machines that were found healthy and to run the image before; ShiftTraffic looks at their health itself. */
const isUnchanged = (
  { step, checkedInstanceIds = [] }: Rollout,
  needed: number,
  group: AutoScalingGroup | undefined,
): boolean => {
  const { Instances = [], DesiredCapacity } = group ?? {};
  return (
    step > 0 &&
    Instances.length === DesiredCapacity &&
    Instances.length >= needed &&
    Instances.every(
      ({ InstanceId = '', LifecycleState }) =>
        LifecycleState === 'InService' && checkedInstanceIds.includes(InstanceId),
    )
  );
};

/**
 * Looks for five seconds whether green has all the healthy targets that its next share of the traffic needs.
 * @throws TargetsNotHealthyYetError to be called again, MachinesKeepFailingError, WrongImageError, RolloutAbortedError
 */
export const waitForHealthyTargets = async (
  { rollout }: { readonly rollout: Rollout },
  deps: WaitForHealthyTargetsDeps,
): Promise<{ readonly rollout: Rollout }> => {
  const { release, environment, green } = rollout;
  const record = await readEnvironmentRecord(environment, release.app, deps);
  checkLease(record, { ...rollout, releaseId: release.releaseId });
  const { machines, needed, group } = await growGreen(rollout, deps.autoScaling);
  if (isUnchanged(rollout, needed, group)) return { rollout: { ...rollout, machines } };
  let healthy: string[] = [];
  let states: readonly string[] = [];
  // Machines of a later step began to boot at some other time.
  const bootingSince = rollout.step === 0 ? group?.CreatedTime : undefined;
  const now = deps.clock.now();
  const interval = {
    intervalMilliseconds: LOOK_MILLISECONDS,
    longestMilliseconds: LONGEST_LOOK_MILLISECONDS,
    late: LATE,
    timeoutMilliseconds: LOOKING_MILLISECONDS,
    waitedMilliseconds: now.getTime() - (bootingSince ?? now).getTime(),
  };
  const all = await poll(deps.clock, interval, async () => {
    const targets = await readTargetHealth(green.targetGroupArn, deps.balancing);
    states = targets.map((target) => target.TargetHealth?.State ?? 'unknown');
    healthy = targets
      .filter((target) => target.TargetHealth?.State === 'healthy')
      .map((target) => target.Target?.Id ?? '');
    return healthy.length >= needed && healthy.length === states.length ? true : undefined;
  });
  if (all === true) {
    await checkImages(rollout, healthy, deps.ec2);
    return { rollout: { ...rollout, machines, checkedInstanceIds: healthy } };
  }
  await checkFailures(green.groupName, group?.CreatedTime, deps.autoScaling);
  throw new TargetsNotHealthyYetError(healthy.length, needed, states.join(', ') || 'none registered');
};
