import { DeleteParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { fetchSlackSettings, slackParameters } from '#pipeline/slack/slack-settings';
import { STACK_NAME } from '../stack.ts';
import { UserError } from '../user-error.ts';
import { identifyBot, postGreeting } from './slack-account.ts';
import type { SlackBot } from './slack-account.ts';

export interface ConnectSlackInput {
  readonly botToken: string;
  readonly signingSecret: string;
  readonly channel: string;
  /** Accept what the former signing secret signed as well. */
  readonly keepPrevious: boolean;
  readonly apiUrl?: string;
}

const check = ({ botToken, signingSecret, channel }: ConnectSlackInput): void => {
  if (!/^xoxb-\S+$/.test(botToken))
    throw new UserError(
      "the bot token does not begin with 'xoxb-'",
      'copy the Bot User OAuth Token from OAuth & Permissions',
    );
  if (!/^\S{8,}$/.test(signingSecret))
    throw new UserError(
      'the signing secret has white space in it or is short',
      'copy it from Basic Information',
    );
  if (!/^[CGD][A-Z0-9]{2,}$/.test(channel))
    throw new UserError(
      `channel '${channel}' is no id of a channel`,
      "copy the id, as C0123456789, from the end of the channel's details",
    );
};

const put = async (ssm: SSMClient, name: string, value: string, secret: boolean): Promise<void> => {
  await ssm.send(
    new PutParameterCommand({
      Name: name,
      Value: value,
      Type: secret ? 'SecureString' : 'String',
      Overwrite: true,
    }),
  );
};

/** The former signing secret, when it goes on to count. */
const previousSecret = async (input: ConnectSlackInput, ssm: SSMClient): Promise<string | undefined> => {
  if (!input.keepPrevious) return undefined;
  const former = await fetchSlackSettings(STACK_NAME, ssm);
  return former?.signingSecrets.find((secret) => secret !== input.signingSecret);
};

/**
 * Tries the token and the channel, then keeps the settings where the functions read them: what was connected before
 * stays so when they do not work. @throws UserError
 */
export const connectSlack = async (
  input: ConnectSlackInput,
  deps: { readonly ssm: SSMClient },
): Promise<SlackBot> => {
  check(input);
  const bot = await identifyBot(input);
  await postGreeting(input);
  const { ssm } = deps;
  const names = slackParameters(STACK_NAME);
  const previous = await previousSecret(input, ssm);
  const optional = [
    [names.previousSigningSecret, previous],
    [names.team, bot.enterpriseId ?? bot.teamId],
    [names.apiUrl, input.apiUrl],
  ] as const;
  const absent = optional.filter(([, value]) => value === undefined).map(([name]) => name);
  if (absent.length > 0) await ssm.send(new DeleteParametersCommand({ Names: absent }));
  for (const [name, value] of optional) {
    if (value !== undefined) await put(ssm, name, value, name === names.previousSigningSecret);
  }
  await put(ssm, names.channel, input.channel, false);
  await put(ssm, names.signingSecret, input.signingSecret, true);
  await put(ssm, names.botToken, input.botToken, true);
  return bot;
};

/** Removes all settings: from then on nothing is told and no click counts. */
export const disconnectSlack = async (deps: { readonly ssm: SSMClient }): Promise<void> => {
  await deps.ssm.send(new DeleteParametersCommand({ Names: Object.values(slackParameters(STACK_NAME)) }));
};
