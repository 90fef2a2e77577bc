import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectSlack } from '#cli/slack/connect-slack';
import { approvalKey } from '#pipeline/approval/approval-record';
import type { ApprovalDecided, ApprovalRecord } from '#pipeline/approval/approval-record';
import { createDocumentStore } from '#pipeline/documents/document-store';
import type { DocumentStore } from '#pipeline/documents/document-store';
import { releaseKey } from '#pipeline/release/release-record';
import { startFakeSlack } from '#test/helpers/fake-slack';
import type { FakeMessage, FakeSlack } from '#test/helpers/fake-slack';
import { poll } from '#test/helpers/poll';
import { formOf, signedClick, signedHeaders } from '#test/helpers/signed-click';
import { anApproval, aReleaseRecord } from '#test/helpers/slack-fixtures';
import { deploySlackStack, SLACK_BUCKET } from '#test/helpers/slack-stack';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { TestCloud } from '#test/helpers/start-test-cloud';

const signingSecret = 'current-secret';
const user = { id: 'U0JANE', name: 'jane' };
const approval = anApproval();

let cloud: TestCloud;
let slack: FakeSlack;
let s3: S3Client;
let bus: EventBridgeClient;
let documents: DocumentStore;
let url: string;

beforeAll(async () => {
  cloud = await startTestCloud();
  slack = await startFakeSlack();
  s3 = new S3Client(cloud.clientConfig);
  bus = new EventBridgeClient(cloud.clientConfig);
  documents = createDocumentStore(s3, SLACK_BUCKET);
  url = await deploySlackStack(cloud);
  const input = {
    botToken: slack.token,
    signingSecret,
    channel: 'C0RELEASES',
    keepPrevious: false,
    apiUrl: slack.apiUrl,
  };
  await connectSlack(input, { ssm: new SSMClient(cloud.clientConfig) });
  await documents.create(approvalKey(approval), approval);
  await documents.create(releaseKey(approval), aReleaseRecord({ status: 'awaiting-approval' }));
}, 60_000);

afterAll(async () => {
  await cloud.stop();
  await slack.stop();
});

const announce = async (DetailType: string): Promise<void> => {
  const Detail = JSON.stringify(approval);
  await bus.send(
    new PutEventsCommand({ Entries: [{ EventBusName: 'kiln', Source: 'kiln', DetailType, Detail }] }),
  );
};

const message = (words: string): Promise<FakeMessage> =>
  poll(
    () => slack.messages().find(({ text }) => text === `hello 2.0.0 for prod: ${words}`),
    20_000,
    () => JSON.stringify([slack.calls(), slack.messages().map(({ text }) => text)]),
  );

const decided = async (): Promise<ApprovalDecided[]> => {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: SLACK_BUCKET, Prefix: 'decided/' }),
  );
  const found = await Promise.all(Contents.map(({ Key = '' }) => documents.read<ApprovalDecided>(Key)));
  return found.filter((one) => one !== undefined);
};

describe('from the bus to Slack and back, by the functions as they are packaged, with the least they may do', () => {
  test('an approval that is asked for is a message, a click on it a decision, and its outcome rewrites it', async () => {
    await announce('approval.requested');
    const asked = await message('awaits approval');
    const startedAt = performance.now();
    const answer = await signedClick({ url, signingSecret, message: asked, action: 'approve', user });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    const [word] = await poll(
      async () => {
        const words = await decided();
        return words.length > 0 ? words : undefined;
      },
      20_000,
      () => 'no decision came through the bus',
    );
    expect(word).toMatchObject({
      approvalId: approval.approvalId,
      decision: 'approve',
      user: 'U0JANE',
      via: 'slack',
    });
    await documents.update<ApprovalRecord>(approvalKey(approval), (found) => ({
      ...approval,
      ...found,
      status: 'approved',
      decisions: [{ decision: 'approve', user: 'U0JANE', via: 'slack', at: '2026-01-01T00:30:00Z' }],
    }));
    await announce('approval.granted');
    const granted = await message('approved');
    expect(granted.ts).toBe(asked.ts);
    expect(granted.blocks.map(({ type }) => type)).not.toContain('actions');
  }, 60_000);

  test('A01 A04 what is not signed over these bytes goes no further than 401', async () => {
    const before = (await decided()).length;
    const shown = { channel: 'C0RELEASES', ts: '1.1', blocks: [] };
    const body = formOf({ ...shown, type: 'block_actions' });
    const headers = signedHeaders(body, signingSecret);
    const post = async (changed: Record<string, string>, sent = body): Promise<number> =>
      (await fetch(url, { method: 'POST', headers: { ...headers, ...changed }, body: sent })).status;
    expect(await post({})).toBe(400);
    expect(await post({}, `${body}&`)).toBe(401);
    expect(await post({ 'x-slack-signature': 'v0=00' })).toBe(401);
    expect(await post({ 'content-type': 'application/json' })).toBe(400);
    expect((await fetch(url)).status).toBe(401);
    const twice = new Headers(headers);
    twice.append('x-slack-request-timestamp', headers['x-slack-request-timestamp'] ?? '');
    expect((await fetch(url, { method: 'POST', headers: twice, body })).status).toBe(401);
    expect((await decided()).length).toBe(before);
  }, 60_000);

  test('a refused click is whispered to who clicked', async () => {
    const Detail = JSON.stringify({
      ...approval,
      user: user.id,
      via: 'slack',
      reason: 'already approved by jane',
    });
    await bus.send(
      new PutEventsCommand({
        Entries: [{ EventBusName: 'kiln', Source: 'kiln', DetailType: 'approval.refused', Detail }],
      }),
    );
    const [whisper] = await poll(
      () => (slack.whispers().length > 0 ? slack.whispers() : undefined),
      20_000,
      () => 'no whisper',
    );
    expect(whisper).toMatchObject({
      user: 'U0JANE',
      text: expect.stringContaining('already approved by jane'),
    });
  }, 60_000);
});
