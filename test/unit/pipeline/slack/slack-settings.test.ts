import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createSlackSettings } from '#pipeline/slack/slack-settings';
import { instantClock } from '#test/helpers/instant-clock';

const ssm = mockClient(SSMClient);
const connected = [
  { Name: '/kiln/slack/bot-token', Value: 'xoxb-1' },
  { Name: '/kiln/slack/signing-secret', Value: 'current' },
  { Name: '/kiln/slack/channel', Value: 'C0' },
];

beforeEach(() => {
  ssm.reset();
});

const reader = () => {
  const clock = instantClock();
  return { clock, read: createSlackSettings({ ssm: new SSMClient(), stack: 'kiln', clock }) };
};

describe("Slack's settings", () => {
  test('are the parameters under the name of the stack, decrypted by one call', async () => {
    ssm.on(GetParametersCommand).resolves({ Parameters: connected });
    expect(await reader().read()).toEqual({ botToken: 'xoxb-1', signingSecrets: ['current'], channel: 'C0' });
    expect(ssm.calls()).toHaveLength(1);
    expect(ssm.commandCalls(GetParametersCommand)[0]?.args[0].input.WithDecryption).toBe(true);
  });

  test('A12 have the previous signing secret behind the current one', async () => {
    const previous = { Name: '/kiln/slack/signing-secret-previous', Value: 'former' };
    ssm.on(GetParametersCommand).resolves({ Parameters: [previous, ...connected] });
    expect((await reader().read())?.signingSecrets).toEqual(['current', 'former']);
  });

  test('are not there while one of token, secret and channel is missing', async () => {
    for (const missing of connected) {
      ssm.on(GetParametersCommand).resolves({ Parameters: connected.filter((one) => one !== missing) });
      expect(await reader().read()).toBeUndefined();
    }
  });

  test('are asked for once a minute, and every 5 seconds while they are not there', async () => {
    ssm.on(GetParametersCommand).resolves({ Parameters: [] });
    const { clock, read } = reader();
    await read();
    await clock.delay(4999);
    await read();
    expect(ssm.calls()).toHaveLength(1);
    ssm.on(GetParametersCommand).resolves({ Parameters: connected });
    await clock.delay(1);
    expect(await read()).toBeDefined();
    await clock.delay(59_999);
    await read();
    expect(ssm.calls()).toHaveLength(2);
    await clock.delay(1);
    await read();
    expect(ssm.calls()).toHaveLength(3);
  });
});
