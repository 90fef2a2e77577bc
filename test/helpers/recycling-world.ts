import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  LaunchInstancesCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { LaunchInstancesResult } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTagsCommand, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import type { Announcement } from '#pipeline/announce';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentRecord } from '#pipeline/model';
import type { LaunchReplacementsInput } from '#pipeline/recycle/replacement-order';
import { releaseKey } from '#pipeline/release/release-record';
import { TAG } from '#pipeline/tags';
import { instantClock } from './instant-clock.ts';
import { memoryDocuments } from './memory-documents.ts';
import {
  aDeployment,
  anEnvironment,
  anImage,
  aRecord,
  aRelease,
  DEV,
  quietLog,
  someEvidence,
  STACK,
} from './pipeline-fixtures.ts';
import { autoScalingError } from './service-error.ts';

/** A machine of the group that serves. */
export interface FakeMachine {
  readonly id: string;
  readonly zone: string;
  readonly launchedAt: number;
  imageId: string;
  state: string;
  /** Milliseconds since the epoch: from then on it is a healthy target; infinite for one that never is. */
  healthyAt: number;
  protected: boolean;
  /** False: in service for Auto Scaling, but the balancer has not found it healthy. */
  isTarget: boolean;
  /** When it is gone, once it ends. */
  goneAt: number;
}

const BOOT_MILLISECONDS = 3000;
const DRAIN_MILLISECONDS = 2000;
/** The execution that recycles. */
export const RECYCLER = 'arn:execution/recycler';
/** The group that serves. */
export const GROUP = aDeployment(1).groupName;

/** One group of `hello` in dev and all that recycling sees and changes of it; call it anew for each test. */
export const recyclingWorld = (zones: readonly string[] = ['a', 'b', 'a', 'b']) => {
  const clock = instantClock();
  const now = (): number => clock.now().getTime();
  const documents = memoryDocuments();
  const machines = new Map<string, FakeMachine>();
  const tokens = new Map<string, { readonly wish: string; readonly answer: LaunchInstancesResult }>();
  const executions = new Map<string, 'RUNNING' | 'ABORTED'>([[RECYCLER, 'RUNNING']]);
  const announced: [Announcement, Record<string, unknown>][] = [];
  const tags: [string, string][] = [];
  const kept = new Map<string, string>();
  const keptInDoubt = new Map<string, string>();
  let made = 0;
  const world = {
    clock,
    documents,
    machines,
    executions,
    announced,
    /** What machines were tagged with before they were ended. */
    tags,
    /** Until which uptime machines were told to go on. */
    kept,
    /** The same, of those whose age could not be believed. */
    keptInDoubt,
    /** Every control-plane call, by its name. */
    calls: [] as string[],
    group: {
      desired: zones.length,
      max: 100,
      min: 1,
      status: undefined as string | undefined,
      cooldown: 300,
    },
    alarms: new Map<string, string>(),
    /** Zones with no room left. */
    full: new Set<string>(),
    launchError: 'InsufficientInstanceCapacity',
    /** To end a machine that ends already is not refused and changes nothing; AWS's documentation says neither. */
    ignoresEnding: false,
    /** The other reading of AWS's documentation: a launch leaves the desired capacity as it is. */
    raisesDesired: true,
    /** What a launch gives its machines. */
    launches: { imageId: 'ami-1', healthy: true },
    /** Happens right after a call had its effect, and may throw: the reply is lost. */
    afterCall: (_name: string): void => undefined,
    record: (): EnvironmentRecord => documents.all.get(DEV) as EnvironmentRecord,
    setRecord: (more: Partial<EnvironmentRecord>): void => {
      documents.all.set(DEV, aRecord({ current: aDeployment(1), ...more }));
    },
    configure: (...environments: readonly Partial<DeployedEnvironment>[]): void => {
      const all = environments.map((more) => anEnvironment(more));
      documents.all.set(ENVIRONMENTS_KEY, { updatedAt: '', environments: all });
    },
    add: (zone: string, more: Partial<FakeMachine> = {}): FakeMachine => {
      made += 1;
      const machine: FakeMachine = {
        id: `i-${made}`,
        zone,
        launchedAt: now(),
        imageId: 'ami-1',
        state: 'InService',
        healthyAt: 0,
        protected: false,
        isTarget: true,
        goneAt: Infinity,
        ...more,
      };
      machines.set(machine.id, machine);
      return machine;
    },
    /** Ids of the machines that serve. */
    healthy: (): string[] =>
      [...present()]
        .filter(({ state, healthyAt }) => state === 'InService' && healthyAt <= now())
        .map(({ id }) => id),
    names: (): Announcement[] => announced.map(([name]) => name),
    deps: {
      autoScaling: new AutoScalingClient({ region: 'r' }),
      balancing: new ElasticLoadBalancingV2Client({ region: 'r' }),
      ec2: new EC2Client({ region: 'r' }),
      states: new SFNClient({ region: 'r' }),
      cloudWatch: new CloudWatchClient({ region: 'r' }),
      s3: new S3Client({ region: 'r' }),
      bucket: 'bucket',
      documents,
      clock,
      log: quietLog,
      stack: STACK,
      announce: (name: Announcement, detail: Record<string, unknown>) => {
        announced.push([name, detail]);
        return Promise.resolve();
      },
    },
  };

  function present(): FakeMachine[] {
    for (const machine of machines.values()) {
      if (machine.state === 'Pending' && machine.healthyAt <= now()) machine.state = 'InService';
      if (machine.goneAt <= now()) machines.delete(machine.id);
    }
    return [...machines.values()];
  }
  const call = <Result>(name: string, work: () => Result): Result => {
    world.calls.push(name);
    const result = work();
    world.afterCall(name);
    return result;
  };
  const launch = (count: number, zone: string): LaunchInstancesResult => {
    if (world.full.has(zone))
      return {
        Instances: [],
        Errors: [{ ErrorCode: world.launchError, ErrorMessage: 'no', AvailabilityZone: zone }],
      };
    const { imageId, healthy } = world.launches;
    const healthyAt = healthy ? now() + BOOT_MILLISECONDS : Infinity;
    const InstanceIds = Array.from(
      { length: count },
      () => world.add(zone, { imageId, state: 'Pending', healthyAt }).id,
    );
    if (world.raisesDesired) world.group.desired += count;
    return { Instances: [{ AvailabilityZone: zone, InstanceIds }], Errors: [] };
  };

  mockClient(AutoScalingClient)
    .on(DescribeAutoScalingGroupsCommand)
    .callsFake(({ AutoScalingGroupNames = [] }: DescribeAutoScalingGroupsCommand['input']) =>
      call('DescribeAutoScalingGroups', () => ({
        AutoScalingGroups: AutoScalingGroupNames.filter((name) => name === GROUP).map(
          (AutoScalingGroupName) => ({
            AutoScalingGroupName,
            DesiredCapacity: world.group.desired,
            MaxSize: world.group.max,
            MinSize: world.group.min,
            Status: world.group.status,
            DefaultCooldown: world.group.cooldown,
            AvailabilityZones: [...new Set(zones)],
            Instances: present().map(({ id, zone, state, healthyAt, protected: kept }) => ({
              InstanceId: id,
              AvailabilityZone: zone,
              LifecycleState: state,
              HealthStatus: state === 'Pending' || healthyAt <= now() ? 'Healthy' : 'Unhealthy',
              ProtectedFromScaleIn: kept,
            })),
          }),
        ),
      })),
    )
    .on(LaunchInstancesCommand)
    .callsFake((input: LaunchInstancesCommand['input']) => {
      const { ClientToken = '', RequestedCapacity = 0, AvailabilityZones = [] } = input;
      const wish = JSON.stringify([RequestedCapacity, AvailabilityZones]);
      const before = tokens.get(ClientToken);
      if (before !== undefined && before.wish !== wish) throw autoScalingError('IdempotentParameterMismatch');
      return call('LaunchInstances', () => {
        const answer = before?.answer ?? launch(RequestedCapacity, AvailabilityZones[0] ?? '');
        tokens.set(ClientToken, { wish, answer });
        return answer;
      });
    })
    .on(SetDesiredCapacityCommand)
    .callsFake(({ DesiredCapacity = 0 }: SetDesiredCapacityCommand['input']) =>
      call('SetDesiredCapacity', () => {
        world.group.desired = DesiredCapacity;
        return {};
      }),
    )
    .on(UpdateAutoScalingGroupCommand)
    .callsFake(({ DesiredCapacity = 0, DefaultCooldown }: UpdateAutoScalingGroupCommand['input']) =>
      call('UpdateAutoScalingGroup', () => {
        world.group.desired = DesiredCapacity;
        world.group.cooldown = DefaultCooldown ?? world.group.cooldown;
        return {};
      }),
    )
    .on(TerminateInstanceInAutoScalingGroupCommand)
    .callsFake((input: TerminateInstanceInAutoScalingGroupCommand['input']) => {
      const { InstanceIds = [], AutoScalingGroupName, ShouldDecrementDesiredCapacity } = input;
      const found = InstanceIds.map((id) => present().find((machine) => machine.id === id));
      const ends = found.filter((machine) => machine !== undefined && machine.state !== 'Terminating');
      const isRefused = ends.length < InstanceIds.length && !world.ignoresEnding;
      if (AutoScalingGroupName !== GROUP || isRefused) throw autoScalingError('ValidationError');
      return call('TerminateInstanceInAutoScalingGroup', () => {
        for (const machine of ends)
          if (machine !== undefined)
            Object.assign(machine, { state: 'Terminating', goneAt: now() + DRAIN_MILLISECONDS });
        if (ShouldDecrementDesiredCapacity === true) world.group.desired -= ends.length;
        return {};
      });
    });
  mockClient(EC2Client)
    .on(DescribeInstancesCommand)
    .callsFake(() =>
      call('DescribeInstances', () => ({
        Reservations: [
          {
            Instances: present().map(({ id, launchedAt, imageId }) => ({
              InstanceId: id,
              LaunchTime: new Date(launchedAt),
              ImageId: imageId,
              Tags: [
                ...(kept.has(id) ? [{ Key: TAG.keep, Value: kept.get(id) }] : []),
                ...(keptInDoubt.has(id) ? [{ Key: TAG.keepInDoubt, Value: keptInDoubt.get(id) }] : []),
              ],
            })),
          },
        ],
      })),
    )
    .on(CreateTagsCommand)
    .callsFake(({ Resources = [], Tags = [] }: CreateTagsCommand['input']) =>
      call('CreateTags', () => {
        for (const id of Resources)
          for (const { Key, Value = '' } of Tags)
            if (Key === TAG.keep) kept.set(id, Value);
            else if (Key === TAG.keepInDoubt) keptInDoubt.set(id, Value);
            else tags.push([id, Value]);
        return {};
      }),
    );
  mockClient(ElasticLoadBalancingV2Client)
    .on(DescribeTargetHealthCommand)
    .callsFake(() =>
      call('DescribeTargetHealth', () => ({
        TargetHealthDescriptions: present()
          .filter(({ state }) => state !== 'Pending' && state !== 'Standby')
          .map(({ id, state, healthyAt, isTarget }) => ({
            Target: { Id: id },
            TargetHealth: {
              State:
                state === 'Terminating'
                  ? 'draining'
                  : isTarget && healthyAt <= now()
                    ? 'healthy'
                    : 'unhealthy',
            },
          })),
      })),
    );
  mockClient(SFNClient)
    .on(DescribeExecutionCommand)
    .callsFake(({ executionArn = '' }: DescribeExecutionCommand['input']) =>
      call('DescribeExecution', () => ({ status: executions.get(executionArn) ?? 'ABORTED' })),
    );
  mockClient(CloudWatchClient)
    .on(DescribeAlarmsCommand)
    .callsFake(({ AlarmNames = [] }: DescribeAlarmsCommand['input']) =>
      call('DescribeAlarms', () => ({
        MetricAlarms: AlarmNames.filter((name) => world.alarms.has(name)).map((AlarmName) => ({
          AlarmName,
          StateValue: world.alarms.get(AlarmName),
        })),
      })),
    );
  mockClient(S3Client)
    .on(ListObjectsV2Command)
    .callsFake(({ Prefix = '' }: ListObjectsV2Command['input']) => ({
      Contents: [...documents.all.keys()].filter((key) => key.startsWith(Prefix)).map((Key) => ({ Key })),
    }));

  for (const zone of zones) world.add(zone);
  world.configure({ maximumUptimeMinutes: 60 });
  world.setRecord({});
  documents.all.set(releaseKey(aRelease(1)), {
    ...aRelease(1),
    status: 'live',
    updatedAt: '',
    image: anImage(1),
    evidence: someEvidence(1),
  });
  return world;
};

/** The order to replace these machines of the group. */
export const anOrder = (
  ids: readonly string[],
  world: ReturnType<typeof recyclingWorld>,
  more: Partial<LaunchReplacementsInput> = {},
): LaunchReplacementsInput => ({
  environment: 'dev',
  app: 'hello',
  groupName: GROUP,
  retire: ids.map((id) => ({ instanceId: id as `i-${string}`, zone: world.machines.get(id)?.zone ?? 'a' })),
  due: ids.length,
  name: 'recycle-1',
  total: world.group.desired,
  turnOverSeconds: 60,
  executionArn: RECYCLER,
  ...more,
});
