import { GetParametersCommand } from '@aws-sdk/client-ssm';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../clock.ts';

/** How Kiln speaks to Slack, and Slack to Kiln. */
export interface SlackSettings {
  /** `xoxb-…`, with the scope `chat:write`. */
  readonly botToken: string;
  /** The current one first; while it is rotated, the previous one counts as well. */
  readonly signingSecrets: readonly string[];
  /** Id of the channel that messages go to. */
  readonly channel: string;
  /** The only workspace (`T…`) or organisation (`E…`) whose clicks count; absent: all that are signed. */
  readonly team?: string;
  /** Absent: Slack's own. */
  readonly apiUrl?: string;
}

/** The settings as they are now; undefined when Slack is not connected. */
export type ReadSlackSettings = (signal?: AbortSignal) => Promise<SlackSettings | undefined>;

/** Names of parameters, one for each setting. */
export type SlackParameters = Readonly<
  Record<'botToken' | 'signingSecret' | 'previousSigningSecret' | 'channel' | 'team' | 'apiUrl', string>
>;

const CACHE_MILLISECONDS = 60_000;
/** What was not connected may be so any moment. */
const ABSENCE_CACHE_MILLISECONDS = 5000;

/** Names of the parameters in the Parameter Store that connect a stack to Slack. */
export const slackParameters = (stack: string): SlackParameters => ({
  botToken: `/${stack}/slack/bot-token`,
  signingSecret: `/${stack}/slack/signing-secret`,
  previousSigningSecret: `/${stack}/slack/signing-secret-previous`,
  channel: `/${stack}/slack/channel`,
  team: `/${stack}/slack/team`,
  apiUrl: `/${stack}/slack/api-url`,
});

/** Asks the Parameter Store once; undefined unless token, signing secret and channel are all there. */
export const fetchSlackSettings = async (
  stack: string,
  ssm: SSMClient,
  signal?: AbortSignal,
): Promise<SlackSettings | undefined> => {
  const names = slackParameters(stack);
  const { Parameters = [] } = await ssm.send(
    new GetParametersCommand({ Names: Object.values(names), WithDecryption: true }),
    signal === undefined ? {} : { abortSignal: signal },
  );
  const values = new Map(Parameters.map(({ Name, Value }) => [Name, Value]));
  const botToken = values.get(names.botToken);
  const signingSecret = values.get(names.signingSecret);
  const channel = values.get(names.channel);
  if (botToken === undefined || signingSecret === undefined || channel === undefined) return undefined;
  const previous = values.get(names.previousSigningSecret);
  const team = values.get(names.team);
  const apiUrl = values.get(names.apiUrl);
  return {
    botToken,
    signingSecrets: previous === undefined ? [signingSecret] : [signingSecret, previous],
    channel,
    ...(team === undefined ? {} : { team }),
    ...(apiUrl === undefined ? {} : { apiUrl }),
  };
};

/**
 * Reads the settings at run time, so that Slack is connected without a new deployment: a change counts within 60
 * seconds, the first connection within 5.
 */
export const createSlackSettings = (deps: {
  readonly ssm: SSMClient;
  readonly stack: string;
  readonly clock: Clock;
}): ReadSlackSettings => {
  let cached: { readonly settings: SlackSettings | undefined; readonly until: number } | undefined;
  return async (signal) => {
    const now = deps.clock.now().getTime();
    if (cached !== undefined && now < cached.until) return cached.settings;
    const settings = await fetchSlackSettings(deps.stack, deps.ssm, signal);
    const lifetime = settings === undefined ? ABSENCE_CACHE_MILLISECONDS : CACHE_MILLISECONDS;
    cached = { settings, until: now + lifetime };
    return settings;
  };
};
