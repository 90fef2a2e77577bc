import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { FakeSlack } from '#test/helpers/fake-slack';
import { startFakeSlack } from '#test/helpers/fake-slack';
import { anApproval, aReleaseRecord } from '#test/helpers/slack-fixtures';

const s3 = mockClient(S3Client);
const ssm = mockClient(SSMClient);
const bus = mockClient(EventBridgeClient);
const context = {} as Context;
const objects = new Map<string, string>();
let slack: FakeSlack;
let handler: (event: unknown, context: Context) => Promise<unknown>;

/** An event as the bus delivers it, with everything that Kiln puts into it. */
const event = (detailType: string, detail: object) => ({
  version: '0',
  id: 'id',
  'detail-type': detailType,
  source: 'kiln',
  account: '000000000000',
  time: '2026-01-01T00:00:00Z',
  region: 'eu-central-1',
  resources: [],
  detail,
});

beforeAll(async () => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  process.env['AWS_REGION'] = 'eu-central-1';
  process.env['KILN_STACK'] = 'kiln';
  process.env['KILN_BUCKET'] = 'bucket';
  process.env['KILN_EVENT_BUS'] = 'kiln';
  slack = await startFakeSlack();
  ssm.on(GetParametersCommand).resolves({
    Parameters: [
      { Name: '/kiln/slack/bot-token', Value: slack.token },
      { Name: '/kiln/slack/signing-secret', Value: 'current-secret' },
      { Name: '/kiln/slack/channel', Value: 'C0RELEASES' },
      { Name: '/kiln/slack/api-url', Value: slack.apiUrl },
    ],
  });
  s3.on(GetObjectCommand).callsFake(({ Key }: { Key: string }) => {
    const text = objects.get(Key);
    if (text === undefined) throw new NoSuchKey({ message: 'missing', $metadata: {} });
    return { ETag: text, Body: { transformToString: () => Promise.resolve(text) } };
  });
  s3.on(PutObjectCommand).callsFake(({ Key, Body }: { Key: string; Body: string }) => {
    objects.set(Key, Body);
    return {};
  });
  ({ handler } = await import('#functions/notify-slack'));
});

afterAll(async () => {
  await slack.stop();
});

beforeEach(() => {
  objects.clear();
  const { approvalId, app, releaseId } = anApproval();
  objects.set(`kiln/approvals/${app}/${approvalId}.json`, JSON.stringify(anApproval()));
  objects.set(`kiln/releases/${app}/${releaseId}.json`, JSON.stringify(aReleaseRecord()));
});

describe("the target of Kiln's own events", () => {
  test('posts the approval and the release that an event names, and keeps where they stand', async () => {
    const { approvalId, app, releaseId, environment, taskToken } = anApproval();
    await handler(
      event('approval.requested', { approvalId, app, environment, releaseId, taskToken }),
      context,
    );
    expect(slack.messages().map(({ text }) => text)).toEqual(
      expect.arrayContaining(['hello 2.0.0 for prod: awaits approval', 'hello 2.0.0: received']),
    );
    expect([...objects.keys()].filter((key) => key.startsWith('kiln/slack/')).toSorted()).toEqual([
      `kiln/slack/approvals/${app}/${approvalId}.json`,
      `kiln/slack/releases/${app}/${releaseId}.json`,
    ]);
    expect(
      JSON.stringify([slack.messages(), [...objects].filter(([key]) => key.startsWith('kiln/slack/'))]),
    ).not.toContain(taskToken);
    expect(bus.calls()).toEqual([]);
  });

  test('D16 takes an event of a shape that it does not know for no news', async () => {
    const before = slack.calls().length;
    await handler(event('environment.off', { environment: 'dev', by: 'jane', app: 7 }), context);
    expect(slack.calls()).toHaveLength(before);
    await expect(handler({ source: 'kiln' }, context)).rejects.toThrow();
  });
});
