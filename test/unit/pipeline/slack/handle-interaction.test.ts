import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '#pipeline/clock';
import { approvalMessage } from '#pipeline/slack/approval-message';
import { handleInteraction } from '#pipeline/slack/handle-interaction';
import { clickPayload, formOf, signedHeaders } from '#test/helpers/signed-click';
import { anApproval, recordingLog, slackSettings } from '#test/helpers/slack-fixtures';

const message = { channel: 'C0RELEASES', ts: '1.1', blocks: approvalMessage(anApproval()).blocks };
const body = formOf(clickPayload({ message, action: 'approve', user: { id: 'U0JANE', name: 'jane' } }));
const request = {
  method: 'POST',
  headers: signedHeaders(body, 'current-secret'),
  body: Buffer.from(body),
};

const silentBus = async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const events = new EventBridgeClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    events,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

describe('taking a click', () => {
  test('A10 gives up before Slack does when the bus does not answer', async () => {
    await using bus = await silentBus();
    const taken = handleInteraction(request, {
      settings: () => Promise.resolve(slackSettings),
      events: bus.events,
      eventBusName: 'kiln',
      clock: systemClock,
      log: recordingLog(),
      patienceMilliseconds: 50,
    });
    await expect(taken).rejects.toThrow(/abort|timeout/i);
  });

  test('refuses everything while Slack is not connected', async () => {
    await using bus = await silentBus();
    const log = recordingLog();
    const outcome = await handleInteraction(request, {
      settings: () => Promise.resolve(undefined),
      events: bus.events,
      eventBusName: 'kiln',
      clock: systemClock,
      log,
    });
    expect(outcome).toBe('unauthenticated');
    expect(log.lines).toEqual([['interaction refused', { verdict: 'not connected' }]]);
  });

  test('I19 logs neither secrets nor signatures nor the body', async () => {
    await using bus = await silentBus();
    const log = recordingLog();
    const deps = {
      settings: () => Promise.resolve(slackSettings),
      events: bus.events,
      eventBusName: 'kiln',
      clock: systemClock,
      log,
    };
    await handleInteraction({ ...request, headers: signedHeaders(body, 'guess') }, deps);
    await handleInteraction({ ...request, method: 'PUT' }, deps);
    expect(JSON.stringify(log.lines)).not.toMatch(/current-secret|v0=|payload=/);
    expect(log.lines).toHaveLength(2);
  });
});
