import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

let running: TestCloud;
let client: CloudWatchLogsClient;

beforeAll(async () => {
  running = await startTestCloud();
  client = new CloudWatchLogsClient(running.clientConfig);
});

afterAll(() => running.stop());

const messagesOf = (events: readonly { message?: string | undefined }[] | undefined) =>
  events?.map(({ message }) => message);

const withEvents = async (logGroupName: string): Promise<void> => {
  await client.send(new CreateLogGroupCommand({ logGroupName, tags: { app: 'hello' } }));
  for (const logStreamName of ['one', 'two']) {
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    await client.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: [1, 2, 3].map((n) => ({ timestamp: 1000 * n, message: `${logStreamName} line ${n}` })),
      }),
    );
  }
};

describe('a log group', () => {
  test('is described with its retention, its size and its tags', async () => {
    await withEvents('/a/described');
    await client.send(new PutRetentionPolicyCommand({ logGroupName: '/a/described', retentionInDays: 7 }));
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/a/desc' }));
    const resourceArn = 'arn:aws:logs:eu-central-1:000000000000:log-group:/a/described';
    expect(logGroups).toMatchObject([
      { logGroupName: '/a/described', retentionInDays: 7, arn: `${resourceArn}:*`, storedBytes: 6 * 36 },
    ]);
    expect(await client.send(new ListTagsForResourceCommand({ resourceArn }))).toMatchObject({
      tags: { app: 'hello' },
    });
    await expect(
      client.send(new PutRetentionPolicyCommand({ logGroupName: '/a/described', retentionInDays: 8 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  test('exists once, and takes its events with it', async () => {
    const logGroupName = '/a/once';
    await withEvents(logGroupName);
    await expect(client.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await client.send(new DeleteLogGroupCommand({ logGroupName }));
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    const { events } = await client.send(new FilterLogEventsCommand({ logGroupName }));
    expect(events).toEqual([]);
  });
});

describe('events', () => {
  test('are searched over all streams, by time and by text, a page at a time', async () => {
    const logGroupName = '/a/search';
    await withEvents(logGroupName);
    const search = async (input: object) => {
      const { events, nextToken } = await client.send(new FilterLogEventsCommand({ logGroupName, ...input }));
      return { messages: messagesOf(events), nextToken };
    };
    expect(await search({ startTime: 2000, endTime: 2000 })).toEqual({
      messages: ['one line 2', 'two line 2'],
      nextToken: undefined,
    });
    expect(await search({ filterPattern: 'two "line 3"' })).toMatchObject({ messages: ['two line 3'] });
    expect(await search({ logStreamNamePrefix: 'o', filterPattern: 'line' })).toMatchObject({
      messages: ['one line 1', 'one line 2', 'one line 3'],
    });
    const first = await search({ limit: 4 });
    const second = await search({ limit: 4, nextToken: first.nextToken });
    expect([...(first.messages ?? []), ...(second.messages ?? [])]).toHaveLength(6);
    expect(second.nextToken).toBeUndefined();
    await expect(search({ filterPattern: '{ $.level = "error" }' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test('of a stream are read forwards to the end, where the token stands still', async () => {
    const stream = { logGroupName: '/a/forward', logStreamName: 'one' };
    await withEvents(stream.logGroupName);
    const read = (input: object) => client.send(new GetLogEventsCommand({ ...stream, ...input }));
    const first = await read({ startFromHead: true, limit: 2 });
    expect(messagesOf(first.events)).toEqual(['one line 1', 'one line 2']);
    const second = await read({ nextToken: first.nextForwardToken, limit: 2 });
    expect(messagesOf(second.events)).toEqual(['one line 3']);
    const third = await read({ nextToken: second.nextForwardToken });
    expect(third.events).toEqual([]);
    expect(third.nextForwardToken).toBe(second.nextForwardToken);
    expect(messagesOf((await read({ limit: 1 })).events)).toEqual(['one line 3']);
  });

  test('show in the description of their stream', async () => {
    await withEvents('/a/streams');
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({
        logGroupName: '/a/streams',
        orderBy: 'LastEventTime',
        descending: true,
      }),
    );
    expect(logStreams).toHaveLength(2);
    expect(logStreams?.[0]).toMatchObject({ firstEventTimestamp: 1000, lastEventTimestamp: 3000 });
  });

  test('are refused out of order or without their stream', async () => {
    const logGroupName = '/a/refused';
    await withEvents(logGroupName);
    const put = (logStreamName: string, ...timestamps: number[]) =>
      client.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName,
          logEvents: timestamps.map((timestamp) => ({ timestamp, message: 'm' })),
        }),
      );
    await expect(put('one', 2, 1)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(put('absent', 1)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
  });
});
