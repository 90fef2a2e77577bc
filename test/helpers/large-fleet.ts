import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import type { DescribeAutoScalingGroupsCommandInput } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CreateTagsCommand, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { CreateTagsCommandInput, DescribeInstancesCommandInput } from '@aws-sdk/client-ec2';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import type { DocumentStore } from '#pipeline/documents/document-store';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { PlanRecyclingDeps } from '#pipeline/recycle/plan-recycling';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { instantClock } from './instant-clock.ts';
import { memoryDocuments } from './memory-documents.ts';
import { aDeployment, anEnvironment, aRecord, quietLog } from './pipeline-fixtures.ts';

const ENVIRONMENTS = 30;
const GROUPS = 500;
const EACH = 200;
const PAGE = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** An account's fleet that answers as AWS would, and counts what it was asked. */
export interface LargeFleet {
  readonly machines: number;
  readonly groups: number;
  readonly deps: PlanRecyclingDeps;
  /** Calls by operation, `ec2:DescribeInstances`; reads and writes of documents among them as `s3:…`. */
  readonly calls: ReadonlyMap<string, number>;
  /** Machines whose timers were told to wait. */
  kept(): number;
}

/**
 * 100,000 machines in 500 groups and 30 environments. A tenth of each group is past its maximum uptime, and so long that
 * their own timers must be told.
 */
export const largeFleet = (): LargeFleet => {
  const clock = instantClock();
  const now = clock.now().getTime();
  const calls = new Map<string, number>();
  const count = (operation: string): number => calls.set(operation, (calls.get(operation) ?? 0) + 1).size;
  let kept = 0;

  const documents = memoryDocuments();
  const names = Array.from({ length: ENVIRONMENTS }, (_, index) => `env-${index}`);
  const environments = names.map((name) => anEnvironment({ name, maximumUptimeMinutes: 60 * 24 * 30 }));
  documents.all.set(ENVIRONMENTS_KEY, { updatedAt: '', environments });
  for (let group = 0; group < GROUPS; group += 1) {
    const [environment = '', app] = [names[group % ENVIRONMENTS], `app-${group}`];
    const record = aRecord({ environment, app, current: aDeployment(1, { groupName: `group-${group}` }) });
    documents.all.set(environmentKey(environment, app), record);
  }
  documents.onWrite = () => count('s3:PutObject');
  const counting: DocumentStore = {
    ...documents,
    read: (key) => {
      count('s3:GetObject');
      return documents.read(key);
    },
    update: (key, change) => {
      count('s3:GetObject');
      return documents.update(key, change);
    },
  };

  mockClient(AutoScalingClient)
    .on(DescribeAutoScalingGroupsCommand)
    .callsFake(({ AutoScalingGroupNames = [] }: DescribeAutoScalingGroupsCommandInput) => {
      count('autoscaling:DescribeAutoScalingGroups');
      return {
        AutoScalingGroups: AutoScalingGroupNames.map((AutoScalingGroupName) => ({
          AutoScalingGroupName,
          DesiredCapacity: EACH,
          MaxSize: EACH * 2,
          AvailabilityZones: ['a', 'b'],
          Instances: Array.from({ length: EACH }, (_, machine) => ({
            InstanceId: `i-${AutoScalingGroupName}-${machine}`,
            AvailabilityZone: machine % 2 === 0 ? 'a' : 'b',
            LifecycleState: 'InService',
            HealthStatus: 'Healthy',
          })),
        })),
      };
    });
  mockClient(EC2Client)
    .on(DescribeInstancesCommand)
    .callsFake(({ NextToken = '0' }: DescribeInstancesCommandInput) => {
      count('ec2:DescribeInstances');
      const page = Number(NextToken);
      const Instances = Array.from({ length: PAGE }, (_, index) => {
        const [group, machine] = [(page * PAGE) / EACH + Math.floor(index / EACH), index % EACH];
        const age = machine % 10 === 0 ? 30 * DAY + ((group * EACH + machine) % 24) * HOUR : DAY;
        const Tags = [{ Key: 'kiln:keep', Value: String(age / 1000 + 600) }];
        return { InstanceId: `i-group-${group}-${machine}`, LaunchTime: new Date(now - age), Tags };
      });
      const isLast = (page + 1) * PAGE >= GROUPS * EACH;
      return { Reservations: [{ Instances }], ...(isLast ? {} : { NextToken: String(page + 1) }) };
    })
    .on(CreateTagsCommand)
    .callsFake(({ Resources = [] }: CreateTagsCommandInput) => {
      count('ec2:CreateTags');
      kept += Resources.length;
      return {};
    });
  mockClient(S3Client)
    .on(ListObjectsV2Command)
    .callsFake(({ Prefix = '' }) => {
      count('s3:ListObjectsV2');
      const keys = [...documents.all.keys()].filter((key) => key.startsWith(String(Prefix)));
      return { Contents: keys.map((Key) => ({ Key })) };
    });

  const deps: PlanRecyclingDeps = {
    autoScaling: new AutoScalingClient({ region: 'r' }),
    cloudWatch: new CloudWatchClient({ region: 'r' }),
    ec2: new EC2Client({ region: 'r' }),
    states: new SFNClient({ region: 'r' }),
    s3: new S3Client({ region: 'r' }),
    bucket: 'bucket',
    documents: counting,
    clock,
    announce: () => Promise.resolve(),
    log: quietLog,
    stack: 'kiln',
  };
  return { machines: GROUPS * EACH, groups: GROUPS, deps, calls, kept: () => kept };
};
