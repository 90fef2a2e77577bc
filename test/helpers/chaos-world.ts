import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import { CreateTagsCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { killIdOf, minuteOfKill } from '#pipeline/chaos/chaos-calendar';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import type { ChaosRecord } from '#pipeline/chaos/chaos-record';
import type { KillRequest } from '#pipeline/chaos/may-kill';
import type { Clock } from '#pipeline/clock';
import { budgetKey } from '#pipeline/disruption/budget-record';
import type { BudgetRecord } from '#pipeline/disruption/budget-record';
import type { ChaosPolicy, DeployedEnvironment } from '#pipeline/environments/environment';
import { chaosOff } from '#pipeline/environments/disruption-schema';
import type { EnvironmentRecord } from '#pipeline/model';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { aDeployment, aRecord, STACK } from './pipeline-fixtures.ts';
import { rolloutWorld } from './rollout-world.ts';

/** A kill on every day, at any time, off the leash. */
export const anyTime = (more: Partial<ChaosPolicy> = {}): ChaosPolicy => ({
  ...chaosOff,
  enabled: true,
  leashed: false,
  meanDays: 1,
  minimumGapHours: 1,
  hours: { from: 0, until: 24 },
  weekdays: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'],
  ...more,
});

const ZONES = ['eu-central-1a', 'eu-central-1b'];

/** A Monday. */
const DATE = '2026-02-02';

/** A machine in service. */
const aMember = (InstanceId: string, AvailabilityZone: string): Instance => ({
  InstanceId,
  AvailabilityZone,
  LifecycleState: 'InService',
  HealthStatus: 'Healthy',
  ProtectedFromScaleIn: false,
});

/** Apps with machines in dev, whose kills are due; call it anew for each test. */
export const chaosWorld = (policy: ChaosPolicy = anyTime(), more: Partial<DeployedEnvironment> = {}) => {
  const world = rolloutWorld();
  const { documents, traffic, groups } = world;
  world.configure({ chaos: policy, ...more });
  const ec2 = new EC2Client({ region: 'r' });
  const ec2Mock = mockClient(ec2);
  const s3 = new S3Client({ region: 'r' });
  const news: [name: string, detail: Record<string, unknown>][] = [];
  /** Targets that are not healthy. */
  const sick = new Set<string>();
  let now = Date.parse(`${DATE}T00:00:00Z`);
  const clock: Clock = {
    now: () => new Date(now),
    delay: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };

  mockClient(s3)
    .on(ListObjectsV2Command)
    .callsFake(({ Prefix = '' }: { Prefix?: string }) => ({
      Contents: [...documents.all.keys()].filter((key) => key.startsWith(Prefix)).map((Key) => ({ Key })),
    }));
  const groupOf = (app: string): AutoScalingGroup => {
    const group = groups.groups.get(`${app}-group`);
    if (group === undefined) throw new Error(`'${app}' has no group`);
    return group;
  };
  const membersOf = (app: string): Instance[] => (groupOf(app).Instances ??= []);
  // The balancer knows the group's machines.
  traffic.mock
    .on(DescribeTargetHealthCommand)
    .callsFake(({ TargetGroupArn = '' }: { TargetGroupArn?: string }) => ({
      TargetHealthDescriptions: membersOf(TargetGroupArn.replace('arn:tg/', '')).map(
        ({ InstanceId = '' }) => ({
          Target: { Id: InstanceId },
          TargetHealth: { State: sick.has(InstanceId) ? 'unhealthy' : 'healthy' },
        }),
      ),
    }));
  ec2Mock.on(CreateTagsCommand).resolves({});
  ec2Mock.on(TerminateInstancesCommand).resolves({});

  const api = {
    ...world,
    ec2Mock,
    news,
    sick,
    names: () => news.map(([name]) => name),
    /** Puts an app with that many machines into dev, alternately in two zones. */
    serve: (app: string, machines: number): void => {
      const current = aDeployment(1, { groupName: `${app}-group`, targetGroupArn: `arn:tg/${app}` });
      documents.all.set(environmentKey('dev', app), aRecord({ app, current }));
      groups.groups.set(`${app}-group`, {
        AutoScalingGroupName: `${app}-group`,
        DesiredCapacity: machines,
        MaxSize: 10,
        Instances: Array.from({ length: machines }, (_, n) =>
          aMember(`i-${app}-${n}`, ZONES[n % ZONES.length] ?? ''),
        ),
      } as AutoScalingGroup);
    },
    groupOf,
    members: (app: string): Instance[] => membersOf(app),
    /** What was terminated, as Auto Scaling replaces it. */
    replace: (app: string): void => {
      const gone = api.terminated();
      groupOf(app).Instances = membersOf(app).map((member) =>
        gone.includes(member.InstanceId ?? '')
          ? aMember(`${member.InstanceId}-new`, member.AvailabilityZone ?? '')
          : member,
      );
    },
    /** Machines that EC2 was told to end. */
    terminated: (): string[] =>
      ec2Mock
        .commandCalls(TerminateInstancesCommand)
        .flatMap(({ args: [command] }) => command.input.InstanceIds ?? []),
    tagged: (): string[] =>
      ec2Mock.commandCalls(CreateTagsCommand).flatMap(({ args: [command] }) => command.input.Resources ?? []),
    record: (app = 'hello') => documents.all.get(environmentKey('dev', app)) as EnvironmentRecord,
    amend: (more: Partial<EnvironmentRecord>, app = 'hello'): void => {
      documents.all.set(environmentKey('dev', app), { ...api.record(app), ...more });
    },
    chaos: () => documents.all.get(chaosKey('dev')) as ChaosRecord | undefined,
    budget: () => documents.all.get(budgetKey('dev')) as BudgetRecord | undefined,
    setTime: (iso: string): void => {
      now = Date.parse(iso);
    },
    advance: (milliseconds: number): void => {
      now += milliseconds;
    },
    /** Goes to the minute of the date at which the app's kill is due; the calendar must have one. */
    goToKill: (app = 'hello', date = DATE): string => {
      const owner = { seed: STACK, environment: 'dev', app };
      const minute = minuteOfKill(owner, date, policy);
      if (minute === undefined) throw new Error(`no kill of '${app}' on ${date}`);
      now = Date.parse(`${date}T00:00:00Z`) + minute * 60_000;
      return killIdOf(owner, date);
    },
    /** The kill of the calendar, by an execution that runs. */
    scheduled: (app = 'hello', n = 1): KillRequest => {
      const executionArn = `arn:execution:kill-${n}`;
      world.executions.set(executionArn, 'RUNNING');
      const killId = api.goToKill(app);
      return { app, environment: 'dev', trigger: 'schedule', killId, executionArn };
    },
    /** A drill that a person asks for, by an execution that runs. */
    drill: (more: Partial<KillRequest> = {}, n = 1): KillRequest => {
      const executionArn = `arn:execution:drill-${n}`;
      world.executions.set(executionArn, 'RUNNING');
      return { app: 'hello', environment: 'dev', trigger: 'drill', by: 'ann', executionArn, ...more };
    },
    deps: {
      ...world.deps,
      clock,
      ec2,
      s3,
      bucket: 'bucket',
      announce: (name: string, detail: Record<string, unknown>) => {
        news.push([name, detail]);
        return Promise.resolve();
      },
    },
  };
  return api;
};
