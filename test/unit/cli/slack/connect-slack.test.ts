import {
  DeleteParametersCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { connectSlack, disconnectSlack } from '#cli/slack/connect-slack';
import { startFakeSlack } from '#test/helpers/fake-slack';
import type { FakeSlack } from '#test/helpers/fake-slack';

const mock = mockClient(SSMClient);
const ssm = new SSMClient({ region: 'eu-central-1' });
let slack: FakeSlack;

beforeEach(async () => {
  mock.reset();
  mock.on(PutParameterCommand).resolves({});
  mock.on(DeleteParametersCommand).resolves({});
  slack = await startFakeSlack();
});

afterEach(async () => {
  await slack.stop();
});

const input = () => ({
  botToken: slack.token,
  signingSecret: 'new-signing-secret',
  channel: 'C0RELEASES',
  keepPrevious: false,
  apiUrl: slack.apiUrl,
});
const puts = () =>
  mock
    .commandCalls(PutParameterCommand)
    .map(({ args: [{ input }] }) => [input.Name, input.Value, input.Type]);

describe('kiln slack connect', () => {
  test('tries token and channel, then keeps the secrets encrypted', async () => {
    expect(await connectSlack(input(), { ssm })).toEqual({ team: 'Test', user: 'kiln', teamId: 'T0TEST' });
    expect(slack.calls()).toEqual(['auth.test', 'chat.postMessage']);
    expect(puts()).toEqual([
      ['/kiln/slack/team', 'T0TEST', 'String'],
      ['/kiln/slack/api-url', slack.apiUrl, 'String'],
      ['/kiln/slack/channel', 'C0RELEASES', 'String'],
      ['/kiln/slack/signing-secret', 'new-signing-secret', 'SecureString'],
      ['/kiln/slack/bot-token', slack.token, 'SecureString'],
    ]);
  });

  test('keeps nothing of what Slack refuses, and says what to do', async () => {
    slack.fail({ kind: 'error', error: 'invalid_auth' });
    await expect(connectSlack(input(), { ssm })).rejects.toMatchObject({
      name: 'UserError',
      message: 'Slack refuses the bot token: invalid_auth',
    });
    slack.fail({ kind: 'slow', milliseconds: 0 });
    slack.fail({ kind: 'error', error: 'not_in_channel' });
    await expect(connectSlack(input(), { ssm })).rejects.toMatchObject({
      suggestion: expect.stringContaining('/invite'),
    });
    slack.fail({ kind: 'down' });
    await expect(connectSlack(input(), { ssm })).rejects.toMatchObject({ name: 'UserError' });
    expect(mock.calls()).toEqual([]);
  });

  test.each([{ botToken: 'xoxp-user-token' }, { signingSecret: 'two words' }, { channel: '#releases' }])(
    'does not take %o for what it is not',
    async (wrong) => {
      await expect(connectSlack({ ...input(), ...wrong }, { ssm })).rejects.toMatchObject({
        name: 'UserError',
      });
      expect(slack.calls()).toEqual([]);
    },
  );

  test('A12 keeps the former signing secret only when it is told to', async () => {
    mock.on(GetParametersCommand).resolves({
      Parameters: [
        { Name: '/kiln/slack/bot-token', Value: 'xoxb-1' },
        { Name: '/kiln/slack/signing-secret', Value: 'former-signing-secret' },
        { Name: '/kiln/slack/channel', Value: 'C0' },
      ],
    });
    await connectSlack({ ...input(), keepPrevious: true }, { ssm });
    const previous = ['/kiln/slack/signing-secret-previous', 'former-signing-secret', 'SecureString'];
    expect(puts()).toContainEqual(previous);
    mock.resetHistory();
    await connectSlack(input(), { ssm });
    expect(puts()).not.toContainEqual(previous);
    expect(mock.commandCalls(DeleteParametersCommand)[0]?.args[0].input.Names).toEqual([
      '/kiln/slack/signing-secret-previous',
    ]);
  });
});

describe('kiln slack disconnect', () => {
  test('forgets every setting', async () => {
    await disconnectSlack({ ssm });
    expect(mock.commandCalls(DeleteParametersCommand)[0]?.args[0].input.Names).toHaveLength(6);
  });
});
