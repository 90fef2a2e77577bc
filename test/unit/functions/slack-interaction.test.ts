import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Context, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { approvalMessage } from '#pipeline/slack/approval-message';
import { clickPayload, formOf, signedHeaders } from '#test/helpers/signed-click';
import { anApproval } from '#test/helpers/slack-fixtures';

const events = mockClient(EventBridgeClient);
const ssm = mockClient(SSMClient);
const context = {} as Context;
let handler: (event: LambdaFunctionURLEvent, context: Context) => Promise<LambdaFunctionURLResult>;

const message = { channel: 'C0RELEASES', ts: '1.1', blocks: approvalMessage(anApproval()).blocks };
const click = formOf(clickPayload({ message, action: 'approve', user: { id: 'U0JANE', name: 'jane' } }));

/** An event as a Lambda URL gives it: a form is base64. */
const request = (
  body: string,
  headers: Readonly<Record<string, string>> = signedHeaders(body, 'current-secret'),
  { method = 'POST', base64 = true } = {},
): LambdaFunctionURLEvent =>
  ({
    version: '2.0',
    headers,
    body: base64 ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: base64,
    requestContext: { http: { method, path: '/' } },
  }) as LambdaFunctionURLEvent;

const statusOf = async (event: LambdaFunctionURLEvent): Promise<number | undefined> => {
  const result = await handler(event, context);
  return typeof result === 'string' ? 200 : result.statusCode;
};

const published = (): unknown[] =>
  events.commandCalls(PutEventsCommand).flatMap((call) => call.args[0].input.Entries ?? []);

beforeAll(async () => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  process.env['AWS_REGION'] = 'eu-central-1';
  process.env['KILN_STACK'] = 'kiln';
  process.env['KILN_EVENT_BUS'] = 'kiln';
  ssm.on(GetParametersCommand).resolves({
    Parameters: [
      { Name: '/kiln/slack/bot-token', Value: 'xoxb-test' },
      { Name: '/kiln/slack/signing-secret', Value: 'current-secret' },
      { Name: '/kiln/slack/signing-secret-previous', Value: 'former-secret' },
      { Name: '/kiln/slack/channel', Value: 'C0RELEASES' },
    ],
  });
  ({ handler } = await import('#functions/slack-interaction'));
});

beforeEach(() => {
  events.reset();
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
});

describe('the URL for interactions', () => {
  test('takes a signed click and puts the decision on the bus, and no more', async () => {
    expect(await statusOf(request(click))).toBe(200);
    expect(published()).toEqual([
      {
        EventBusName: 'kiln',
        Source: 'kiln',
        DetailType: 'approval.decided',
        Detail: JSON.stringify({
          decision: 'approve',
          approvalId: '0123456789abcdef0123',
          app: 'hello',
          planDigest: 'fedcba9876543210',
          user: 'U0JANE',
          userName: 'jane',
          via: 'slack',
        }),
      },
    ]);
  });

  test('A01 answers 401 to what is not signed, and puts nothing on the bus', async () => {
    expect(await statusOf(request(click, {}))).toBe(401);
    expect(await statusOf(request(click, signedHeaders(click, 'guess')))).toBe(401);
    expect(await statusOf(request('', {}, { method: 'GET' }))).toBe(401);
    expect(published()).toEqual([]);
  });

  test('A02 answers 401 to what was signed more than five minutes ago', async () => {
    const old = new Date(Date.now() - 302_000);
    expect(await statusOf(request(click, signedHeaders(click, 'current-secret', old)))).toBe(401);
    expect(published()).toEqual([]);
  });

  test('A03 a replay is answered as the first was and says the same word, of which one counts', async () => {
    const replayed = request(click);
    expect(await handler(replayed, context)).toEqual(await handler(replayed, context));
    const [first, second] = published();
    expect(second).toEqual(first);
  });

  test('A04 verifies the bytes as they came, in base64 or as text', async () => {
    expect(await statusOf(request(click, undefined, { base64: false }))).toBe(200);
    expect(await statusOf(request(click, undefined, { base64: true }))).toBe(200);
    const rewritten = new URLSearchParams(`${click}&more=`).toString();
    expect(await statusOf(request(rewritten, signedHeaders(click, 'current-secret')))).toBe(401);
  });

  test('A12 accepts both secrets while one takes the place of the other', async () => {
    expect(await statusOf(request(click, signedHeaders(click, 'former-secret')))).toBe(200);
  });

  test('answers 400 to what Slack signed and is no click of ours', async () => {
    expect(await statusOf(request('nothing=here'))).toBe(400);
    expect(await statusOf(request('payload=%7B'))).toBe(400);
    expect(await statusOf(request(`payload=${'x'.repeat(1_000_000)}`))).toBe(400);
    expect(await statusOf(request(click, undefined, { method: 'PUT' }))).toBe(400);
    expect(await statusOf(request(click, undefined, { method: 'GET' }))).toBe(400);
    expect(published()).toEqual([]);
  });

  test.each([
    'application/json',
    'application/x-www-form-urlencoded; charset=utf-7',
    'application/x-www-form-urlencoded; charset=utf-16',
    'text/plain',
  ])("does not believe the header 'content-type: %s'", async (contentType) => {
    const headers = { ...signedHeaders(click, 'current-secret'), 'content-type': contentType };
    expect(await statusOf(request(click, headers))).toBe(200);
  });

  test('fails, so that Slack shows it, when the decision did not get onto the bus', async () => {
    events
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
    await expect(handler(request(click), context)).rejects.toThrow(/not put on the bus: InternalFailure/);
    events.on(PutEventsCommand).rejects(new Error('throttled'));
    await expect(handler(request(click), context)).rejects.toThrow('throttled');
  });
});
