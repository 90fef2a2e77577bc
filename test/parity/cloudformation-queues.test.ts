import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { poll } from '#test/helpers/poll';
import type { QueueUser } from '#test/helpers/queue-user';
import { queueUser } from '#test/helpers/queue-user';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

const StackName = 'nightly';

let running: TestCloud;
let client: CloudFormationClient;
let scheduler: SchedulerClient;
let queues: QueueUser;

beforeAll(async () => {
  running = await startTestCloud();
  client = new CloudFormationClient(running.clientConfig);
  scheduler = new SchedulerClient(running.clientConfig);
  queues = queueUser(running.clientConfig);
});

afterAll(async () => {
  for (const each of [client, scheduler, queues.client]) each.destroy();
  await running.stop();
});

const templateOf = (expression: string, visibility: string): string => `
Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: { MessageRetentionPeriod: 1209600, Tags: [{ Key: app, Value: kiln }] }
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work
      ${visibility}
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
  Letters:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Dead]
      PolicyDocument:
        Version: '2012-10-17'
        Statement: { Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: 'sqs:SendMessage', Resource: !GetAtt Dead.Arn }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: { Effect: Allow, Principal: { Service: scheduler.amazonaws.com }, Action: 'sts:AssumeRole' }
      Policies:
        - PolicyName: send
          PolicyDocument: { Version: '2012-10-17', Statement: { Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Work.Arn } }
  Group:
    Type: AWS::Scheduler::ScheduleGroup
    Properties: { Name: environments }
  Schedule:
    Type: AWS::Scheduler::Schedule
    Properties:
      GroupName: !Ref Group
      ScheduleExpression: ${expression}
      ScheduleExpressionTimezone: Europe/Berlin
      StartDate: '2026-01-01T00:00:00Z'
      FlexibleTimeWindow: { Mode: 'OFF' }
      Target:
        Arn: !GetAtt Work.Arn
        RoleArn: !GetAtt Role.Arn
        Input: '{"env":"dev"}'
        DeadLetterConfig: { Arn: !GetAtt Dead.Arn }
        RetryPolicy: { MaximumRetryAttempts: 5 }
Outputs:
  DeadUrl: { Value: !Ref Dead }
  WorkUrl: { Value: !GetAtt Work.QueueUrl }
  WorkName: { Value: !GetAtt Work.QueueName }
  Schedule: { Value: !Ref Schedule }
  ScheduleArn: { Value: !GetAtt Schedule.Arn }
  GroupArn: { Value: !GetAtt Group.Arn }
`;

const settled = (name: string): Promise<Stack> =>
  poll(
    async () => {
      const [stack] = (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks ?? [];
      return stack?.StackStatus?.endsWith('_IN_PROGRESS') === true ? undefined : stack;
    },
    20_000,
    () => `stack ${name} still moves`,
  );

const outputsOf = ({ Outputs }: Stack): Record<string, string> =>
  Object.fromEntries((Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));

const attributesOf = async (QueueUrl = ''): Promise<Record<string, string> | undefined> =>
  (await queues.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;

const scheduleOf = (outputs: Record<string, string>) =>
  scheduler.send(new GetScheduleCommand({ Name: outputs['Schedule'], GroupName: 'environments' }));

test('a stack makes queues, their policies, groups and schedules, changes them and takes them away', async () => {
  const Capabilities = ['CAPABILITY_IAM' as const];
  const TemplateBody = templateOf('cron(0 19 ? * MON-FRI *)', 'VisibilityTimeout: 60');
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
  const created = await settled(StackName);
  expect(created).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
  const outputs = outputsOf(created);
  expect(outputs).toMatchObject({
    WorkName: 'work',
    ScheduleArn: `arn:aws:scheduler:eu-central-1:000000000000:schedule/environments/${outputs['Schedule']}`,
    GroupArn: 'arn:aws:scheduler:eu-central-1:000000000000:schedule-group/environments',
  });
  const dead = await attributesOf(outputs['DeadUrl']);
  expect(dead).toMatchObject({
    MessageRetentionPeriod: '1209600',
    Policy: expect.stringContaining('events.amazonaws.com'),
  });
  expect(await attributesOf(outputs['WorkUrl'])).toMatchObject({
    VisibilityTimeout: '60',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead?.['QueueArn'], maxReceiveCount: 3 }),
  });
  expect(await scheduleOf(outputs)).toMatchObject({
    ScheduleExpressionTimezone: 'Europe/Berlin',
    StartDate: new Date('2026-01-01T00:00:00Z'),
    Target: { RetryPolicy: { MaximumRetryAttempts: 5 }, DeadLetterConfig: { Arn: dead?.['QueueArn'] } },
  });

  const changed = templateOf('cron(0 20 ? * MON-FRI *)', 'DelaySeconds: 0');
  await client.send(new UpdateStackCommand({ StackName, TemplateBody: changed, Capabilities }));
  const updated = await settled(StackName);
  expect(updated).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
  expect(outputsOf(updated)).toEqual(outputs);
  expect(await attributesOf(outputs['WorkUrl'])).toMatchObject({ VisibilityTimeout: '30' });
  expect(await scheduleOf(outputs)).toMatchObject({ ScheduleExpression: 'cron(0 20 ? * MON-FRI *)' });

  await client.send(new DeleteStackCommand({ StackName }));
  expect(await settled(created.StackId ?? '')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
  await expect(scheduleOf(outputs)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(attributesOf(outputs['WorkUrl'])).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
}, 60_000);
