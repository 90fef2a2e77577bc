import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import type { SwitchEnvironmentDeps } from '#pipeline/environments/switch-environment';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentRecord } from '#pipeline/model';
import { fakeGroups } from './fake-groups.ts';
import { instantClock } from './instant-clock.ts';
import { memoryDocuments } from './memory-documents.ts';
import { anEnvironment, announcements, quietLog } from './pipeline-fixtures.ts';
import { autoScalingError } from './service-error.ts';

/** `min/desired/max`. */
type Capacities = Readonly<Record<string, string>>;

/** What switching an environment needs: these documents, these groups, and executions that run as `running` says. */
export const fakeSwitchboard = (records: readonly EnvironmentRecord[], capacities: Capacities) => {
  const documents = memoryDocuments({
    [ENVIRONMENTS_KEY]: { updatedAt: '', environments: [anEnvironment(), anEnvironment({ name: 'prod' })] },
    ...Object.fromEntries(
      records.map((record) => [`kiln/environments/${record.environment}/${record.app}.json`, record]),
    ),
  });
  const { client: autoScaling, mock, groups } = fakeGroups();
  for (const [name, capacity] of Object.entries(capacities)) {
    const [MinSize = 0, DesiredCapacity = 0, MaxSize = 0] = capacity.split('/').map(Number);
    groups.set(name, { AutoScalingGroupName: name, MinSize, DesiredCapacity, MaxSize } as never);
  }
  mock.on(UpdateAutoScalingGroupCommand).callsFake((input: UpdateAutoScalingGroupCommand['input']) => {
    const group = groups.get(input.AutoScalingGroupName ?? '');
    if (group === undefined) throw autoScalingError('ValidationError');
    Object.assign(group, input);
    return {};
  });
  const running = new Set<string>();
  const states = mockClient(SFNClient);
  states.on(DescribeExecutionCommand).callsFake(({ executionArn }: DescribeExecutionCommand['input']) => ({
    status: running.has(executionArn ?? '') ? 'RUNNING' : 'ABORTED',
  }));
  const s3 = mockClient(S3Client);
  s3.on(ListObjectsV2Command).callsFake(({ Prefix = '' }: ListObjectsV2Command['input']) => ({
    Contents: [...documents.all.keys()].filter((key) => key.startsWith(Prefix)).map((Key) => ({ Key })),
  }));
  const { names, announce } = announcements();
  const deps: SwitchEnvironmentDeps = {
    documents,
    clock: instantClock(),
    autoScaling,
    states: new SFNClient({ region: 'r' }),
    s3: new S3Client({ region: 'r' }),
    bucket: 'bucket',
    announce,
    log: quietLog,
  };
  const capacityOf = (name: string): string => {
    const { MinSize, DesiredCapacity, MaxSize } = groups.get(name) ?? {};
    return `${MinSize}/${DesiredCapacity}/${MaxSize}`;
  };
  return { deps, documents, groups, mock, running, names, capacityOf };
};
