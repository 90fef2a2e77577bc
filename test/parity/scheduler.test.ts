import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import {
  ConflictException,
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import type { CreateScheduleInput } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { debianAws, hasDebianAws } from '#test/helpers/debian-aws';
import { createRole } from '#test/helpers/roles';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

const functionArn = 'arn:aws:lambda:eu-central-1:000000000000:function:switch-off';

let running: TestCloud;
let client: SchedulerClient;
let RoleArn = '';

beforeAll(async () => {
  running = await startTestCloud();
  client = new SchedulerClient(running.clientConfig);
  RoleArn = await createRole(running.clientConfig, 'scheduler', 'scheduler.amazonaws.com', []);
});

afterAll(async () => {
  client.destroy();
  await running.stop();
});

const inputOf = (more: Partial<CreateScheduleInput> = {}): CreateScheduleInput => ({
  Name: `schedule-${randomUUID()}`,
  ScheduleExpression: 'cron(0 19 ? * MON-FRI *)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: functionArn, RoleArn, Input: '{}' },
  ...more,
});

describe('a schedule', () => {
  test('comes back as it was created, with the defaults of AWS', async () => {
    const input = inputOf({
      ScheduleExpressionTimezone: 'Europe/Berlin',
      Description: 'off at night',
      EndDate: new Date('2040-01-01T00:00:00Z'),
    });
    const { ScheduleArn } = await client.send(new CreateScheduleCommand(input));
    expect(ScheduleArn).toBe(`arn:aws:scheduler:eu-central-1:000000000000:schedule/default/${input.Name}`);
    expect(await client.send(new GetScheduleCommand({ Name: input.Name }))).toMatchObject({
      ...input,
      Arn: ScheduleArn,
      GroupName: 'default',
      State: 'ENABLED',
      ActionAfterCompletion: 'NONE',
      Target: {
        ...input.Target,
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
    });
  });

  test('is replaced as a whole by an update', async () => {
    const input = inputOf({ Description: 'off at night', ScheduleExpressionTimezone: 'Europe/Berlin' });
    await client.send(new CreateScheduleCommand(input));
    const changed = inputOf({ Name: input.Name, State: 'DISABLED', ScheduleExpression: 'rate(1 hours)' });
    await client.send(new UpdateScheduleCommand(changed));
    const found = await client.send(new GetScheduleCommand({ Name: input.Name }));
    expect(found).toMatchObject({ State: 'DISABLED', ScheduleExpressionTimezone: 'UTC' });
    expect(found).not.toHaveProperty('Description');
  });

  test('is listed by group, prefix and state, page by page', async () => {
    const GroupName = `group-${randomUUID()}`;
    await client.send(new CreateScheduleGroupCommand({ Name: GroupName }));
    for (const Name of ['a1', 'a2', 'a3', 'b1']) {
      const State = Name === 'a2' ? 'DISABLED' : 'ENABLED';
      await client.send(new CreateScheduleCommand(inputOf({ Name, GroupName, State })));
    }
    const list = async (more: object): Promise<unknown> => {
      const answer = await client.send(new ListSchedulesCommand({ GroupName, ...more }));
      return [answer.Schedules?.map(({ Name }) => Name), answer.NextToken !== undefined];
    };
    expect(await list({ NamePrefix: 'a', State: 'ENABLED' })).toEqual([['a1', 'a3'], false]);
    expect(await list({ MaxResults: 3 })).toEqual([['a1', 'a2', 'a3'], true]);
  });

  test('that is there or not there is said to be', async () => {
    const input = inputOf();
    await client.send(new CreateScheduleCommand(input));
    await expect(client.send(new CreateScheduleCommand(input))).rejects.toThrow(ConflictException);
    await client.send(new DeleteScheduleCommand({ Name: input.Name }));
    for (const command of [
      new DeleteScheduleCommand({ Name: input.Name }),
      new GetScheduleCommand({ Name: input.Name }),
    ]) {
      await expect(client.send<never, never>(command as never)).rejects.toThrow(ResourceNotFoundException);
    }
    await expect(client.send(new UpdateScheduleCommand(input))).rejects.toThrow(ResourceNotFoundException);
    const elsewhere = new CreateScheduleCommand(inputOf({ GroupName: 'nowhere' }));
    await expect(client.send(elsewhere)).rejects.toThrow('Schedule group nowhere does not exist.');
  });

  test('is created once by the repetition of one call', async () => {
    const input = inputOf({ ClientToken: randomUUID() });
    const first = await client.send(new CreateScheduleCommand(input));
    const second = await client.send(new CreateScheduleCommand(input));
    expect(second.ScheduleArn).toBe(first.ScheduleArn);
  });

  const target = (more: object) => ({ Target: { Arn: functionArn, RoleArn: 'set', ...more } });
  test.each<[rule: string, input: Partial<CreateScheduleInput>, message: string]>([
    ['a bad expression', { ScheduleExpression: 'cron(0 19 * * MON *)' }, 'Invalid Schedule Expression'],
    ['an unknown zone', { ScheduleExpressionTimezone: 'Mars/Base' }, "'Mars/Base' is not valid"],
    ['a name with blanks', { Name: 'a b' }, "name 'a b' is not valid"],
    ['a window without length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'MaximumWindowInMinutes'],
    [
      'an end before its start',
      { StartDate: new Date('2030-01-02'), EndDate: new Date('2030-01-01') },
      'must come before the EndDate',
    ],
    ['input that is no JSON', target({ Input: '{' }), 'not well-formed JSON'],
    ['an unknown target', target({ Arn: 'arn:aws:sns:eu-central-1:000000000000:t' }), 'not supported'],
    [
      'a call that only reads',
      target({ Arn: 'arn:aws:scheduler:::aws-sdk:ec2:describeImages' }),
      'not supported',
    ],
    ['too many retries', target({ RetryPolicy: { MaximumRetryAttempts: 186 } }), 'less than or equal to 185'],
    [
      'a FIFO dead-letter queue',
      target({ DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-central-1:000000000000:q.fifo' } }),
      'standard queue',
    ],
  ])('is refused with %s', async (_rule, more, message) => {
    const input = inputOf(more);
    const created = client.send(
      new CreateScheduleCommand({ ...input, Target: { ...input.Target, Arn: input.Target?.Arn, RoleArn } }),
    );
    await expect(created).rejects.toThrow(ValidationException);
    await expect(created).rejects.toThrow(message);
  });

  test('needs a role that Scheduler may assume', async () => {
    const config = running.clientConfig;
    const wrong = await createRole(config, 'for-lambda', 'lambda.amazonaws.com', []);
    for (const role of [wrong, `${RoleArn}-missing`]) {
      const created = client.send(
        new CreateScheduleCommand(inputOf({ Target: { Arn: functionArn, RoleArn: role } })),
      );
      await expect(created).rejects.toThrow('must allow AWS EventBridge Scheduler to assume the role');
    }
  });
});

describe('a group', () => {
  test('has tags and takes its schedules with it', async () => {
    const Name = `group-${randomUUID()}`;
    const { ScheduleGroupArn: ResourceArn } = await client.send(
      new CreateScheduleGroupCommand({ Name, Tags: [{ Key: 'app', Value: 'kiln' }] }),
    );
    await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'env', Value: 'dev' }] }));
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['app'] }));
    expect(await client.send(new ListTagsForResourceCommand({ ResourceArn }))).toMatchObject({
      Tags: [{ Key: 'env', Value: 'dev' }],
    });
    expect(await client.send(new GetScheduleGroupCommand({ Name }))).toMatchObject({
      Arn: ResourceArn,
      State: 'ACTIVE',
    });
    const input = inputOf({ GroupName: Name });
    await client.send(new CreateScheduleCommand(input));
    await client.send(new DeleteScheduleGroupCommand({ Name }));
    await expect(client.send(new GetScheduleCommand({ Name: input.Name, GroupName: Name }))).rejects.toThrow(
      ResourceNotFoundException,
    );
    const { ScheduleGroups } = await client.send(new ListScheduleGroupsCommand({ NamePrefix: 'default' }));
    expect(ScheduleGroups).toMatchObject([{ Name: 'default', State: 'ACTIVE' }]);
  });

  test('of the name default stays', async () => {
    await expect(client.send(new DeleteScheduleGroupCommand({ Name: 'default' }))).rejects.toThrow(
      ValidationException,
    );
  });
});

(hasDebianAws ? describe : describe.skip)("Debian's awscli", () => {
  test('creates, shows and deletes a schedule', async () => {
    const aws = debianAws(running.cloud.endpointUrl, tmpdir());
    const target = JSON.stringify({ Arn: functionArn, RoleArn });
    const shared = ['--name', 'from-debian'];
    const when = [
      '--schedule-expression',
      'rate(5 minutes)',
      '--flexible-time-window',
      'Mode=OFF',
      '--state',
      'DISABLED',
    ];
    await aws.text('scheduler', 'create-schedule', ...shared, ...when, '--target', target);
    expect(await aws.json('scheduler', 'get-schedule', ...shared)).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
    });
    await aws.text('scheduler', 'delete-schedule', ...shared);
    await expect(aws.text('scheduler', 'get-schedule', ...shared)).rejects.toThrow(
      'Schedule from-debian does not exist.',
    );
  });
});
