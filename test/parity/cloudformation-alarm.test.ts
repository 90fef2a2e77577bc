import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { Stack } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCloudFormation } from '#localcloud/services/cloudformation/index';
import { createCloudWatch } from '#localcloud/services/cloudwatch/index';
import { poll } from '#test/helpers/poll';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

const StackName = 'watched';

let running: TestCloud;
let formation: CloudFormationClient;
let cloudWatch: CloudWatchClient;

beforeAll(async () => {
  running = await startTestCloud({ services: [createCloudWatch, createCloudFormation] });
  formation = new CloudFormationClient(running.clientConfig);
  cloudWatch = new CloudWatchClient(running.clientConfig);
});

afterAll(async () => {
  formation.destroy();
  cloudWatch.destroy();
  await running.stop();
});

const templateOf = (threshold: number, tag: string): string => `
Resources:
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: Shop
      MetricName: Errors
      Dimensions: [{ Name: App, Value: hello }]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 2
      DatapointsToAlarm: 1
      Threshold: ${threshold}
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
      Tags: [{ Key: ${tag}, Value: hello }]
Outputs:
  Name: { Value: !Ref Errors }
  Arn: { Value: !GetAtt Errors.Arn }
`;

const until = (status: string): Promise<Stack> => {
  let seen: string | undefined;
  return poll(
    async () => {
      const { Stacks: [stack] = [] } = await formation.send(new DescribeStacksCommand({ StackName }));
      seen = `${stack?.StackStatus} ${stack?.StackStatusReason}`;
      return stack?.StackStatus === status ? stack : undefined;
    },
    10_000,
    () => `the stack is ${seen}, expected ${status}`,
  );
};

const alarms = async () => (await cloudWatch.send(new DescribeAlarmsCommand({}))).MetricAlarms ?? [];

const tagKeys = async (ResourceARN: string | undefined): Promise<(string | undefined)[] | undefined> =>
  (await cloudWatch.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags?.map(({ Key }) => Key);

test('a stack makes, changes and removes an alarm', async () => {
  await formation.send(new CreateStackCommand({ StackName, TemplateBody: templateOf(5, 'first') }));
  const { Outputs = [] } = await until('CREATE_COMPLETE');
  const outputs = Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const [made] = await alarms();
  expect(made).toMatchObject({ AlarmName: outputs['Name'], AlarmArn: outputs['Arn'], Threshold: 5 });
  expect(await tagKeys(made?.AlarmArn)).toContain('first');

  await formation.send(new UpdateStackCommand({ StackName, TemplateBody: templateOf(9, 'second') }));
  await until('UPDATE_COMPLETE');
  expect(await alarms()).toMatchObject([{ AlarmName: outputs['Name'], Threshold: 9 }]);
  expect(await tagKeys(made?.AlarmArn)).not.toContain('first');
  expect(await tagKeys(made?.AlarmArn)).toContain('second');

  await formation.send(new DeleteStackCommand({ StackName }));
  await poll(
    async () => ((await alarms()).length === 0 ? true : undefined),
    10_000,
    () => 'the alarm is still there',
  );
}, 30_000);
