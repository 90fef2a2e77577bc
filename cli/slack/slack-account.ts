import { LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api';
import { UserError } from '../user-error.ts';

/** Who a bot token is. */
export interface SlackBot {
  readonly team: string;
  readonly user: string;
  readonly teamId?: string;
  readonly enterpriseId?: string;
}

/** What speaks to Slack. */
export interface SlackAccess {
  readonly botToken: string;
  readonly apiUrl?: string | undefined;
}

const PATIENCE_MILLISECONDS = 10_000;

const REMEDIES: Readonly<Record<string, string>> = {
  not_in_channel: "invite the bot: type '/invite @<its name>' in the channel",
  channel_not_found: 'look at the id; a private channel needs the bot invited first',
  is_archived: 'take a channel that is not archived',
  missing_scope: "add the scope 'chat:write' under OAuth & Permissions and install the app again",
  invalid_auth: 'copy the Bot User OAuth Token from OAuth & Permissions again',
  token_revoked: 'install the app again and copy its new token',
  account_inactive: 'install the app again and copy its new token',
};

const open = ({ botToken, apiUrl }: SlackAccess): WebClient =>
  new WebClient(botToken, {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    allowAbsoluteUrls: false,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: PATIENCE_MILLISECONDS,
    logLevel: LogLevel.ERROR,
  });

const ask = async <T>(what: string, call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof WebAPIPlatformError) {
      const { error: code } = error.data;
      throw new UserError(
        `Slack refuses ${what}: ${code}`,
        REMEDIES[code] ?? `look up '${code}' in the documentation of Slack's API`,
        { cause: error },
      );
    }
    throw new UserError(
      `Slack did not answer: ${error instanceof Error ? error.message : String(error)}`,
      'look at the network and try again',
      { cause: error },
    );
  }
};

/** Asks Slack whose token it is. @throws UserError when it is refused or nobody answers */
export const identifyBot = async (access: SlackAccess): Promise<SlackBot> => {
  const answer = await ask('the bot token', open(access).auth.test());
  return {
    team: answer.team ?? '-',
    user: answer.user ?? '-',
    ...(answer.team_id === undefined ? {} : { teamId: answer.team_id }),
    ...(answer.enterprise_id === undefined ? {} : { enterpriseId: answer.enterprise_id }),
  };
};

/** Says hello in the channel, the one proof that the bot may write there. @throws UserError */
export const postGreeting = async (access: SlackAccess & { readonly channel: string }): Promise<void> => {
  const { channel } = access;
  const text = 'Kiln is connected: releases are announced here, and approvals asked for.';
  await ask(`a message to channel '${channel}'`, open(access).apiCall('chat.postMessage', { channel, text }));
};
