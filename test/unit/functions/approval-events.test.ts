import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { s3Error } from '#test/helpers/service-error';

type Handler = (event: unknown, context: Context) => Promise<unknown>;

const s3 = mockClient(S3Client);
mockClient(EventBridgeClient).onAnyCommand().resolves({});
const context = {} as Context;
let decide: Handler;
let store: Handler;

const decided = {
  approvalId: '0123456789abcdef0123',
  app: 'hello',
  planDigest: '0123456789abcdef',
  decision: 'approve',
  user: 'U1',
  via: 'slack',
};
const requested = {
  approvalId: decided.approvalId,
  app: 'hello',
  environment: 'prod',
  releaseId: 'hello-1.0.0-0000000000000001',
  taskToken: 'token',
};

beforeAll(async () => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  process.env['AWS_REGION'] = 'eu-central-1';
  process.env['KILN_STACK'] = 'kiln';
  process.env['KILN_BUCKET'] = 'bucket';
  process.env['KILN_EVENT_BUS'] = 'kiln';
  ({ handler: decide } = await import('#functions/decide-approval'));
  ({ handler: store } = await import('#functions/store-approval'));
});

beforeEach(() => {
  s3.reset();
  s3.on(GetObjectCommand).rejects(s3Error('NoSuchKey', 404));
});

const keys = (): unknown[] => s3.commandCalls(GetObjectCommand).map((call) => call.args[0].input.Key);

describe('the handlers of approval events', () => {
  test('look for the approval that the event names', async () => {
    expect(await decide({ detail: { ...decided, userName: 'ann', comment: 'fine' } }, context)).toMatchObject(
      {
        outcome: 'refused',
      },
    );
    expect(await store({ time: '2026-02-01T00:00:01Z', detail: requested }, context)).toEqual({
      stored: false,
    });
    const key = `kiln/approvals/hello/${decided.approvalId}.json`;
    expect(keys()).toEqual([key, key]);
  });

  test.each([
    ['an id that leads elsewhere', { approvalId: '../../releases/hello' }],
    ['an app that leads elsewhere', { app: '../releases' }],
    ['another word than approve or reject', { decision: 'maybe' }],
    ['nobody', { user: '' }],
    ['no plan', { planDigest: undefined }],
    ['a comment of a megabyte', { comment: 'x'.repeat(1_000_000) }],
  ])('a decision with %s is refused before anything is read', async (_what, wrong) => {
    await expect(decide({ detail: { ...decided, ...wrong } }, context)).rejects.toThrow();
    expect(keys()).toEqual([]);
  });

  test.each([
    ['no token', { taskToken: '' }],
    ['an id that leads elsewhere', { approvalId: 'x/../y' }],
  ])('a request with %s is refused before anything is read', async (_what, wrong) => {
    const event = { time: '2026-02-01T00:00:01Z', detail: { ...requested, ...wrong } };
    await expect(store(event, context)).rejects.toThrow();
    expect(keys()).toEqual([]);
  });
});
