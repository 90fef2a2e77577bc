import { WebAPIPlatformError, WebClient } from '@slack/web-api';
import type { ChatPostMessageResponse, RetryOptions, WebClientOptions } from '@slack/web-api';
import type { Logger } from '../log.ts';
import type { MessagePlace } from './message-store.ts';
import type { SlackMessage } from './slack-message.ts';
import type { SlackSettings } from './slack-settings.ts';

/** A call of Slack's takes well under a second; a function has a minute for all of its calls. */
const CALL_MILLISECONDS = 8000;

/** Within the function's time-out; after it the function itself is retried. A `Retry-After` is waited for on top. */
const RETRIES: RetryOptions = { retries: 3, factor: 3, minTimeout: 500, randomize: true };

/** Errors of Slack's that pass (https://docs.slack.dev/reference/methods/chat.postMessage). */
const PASSING = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'rate_limited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/** Errors of an update that say that the message can no longer be changed. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'channel_not_found', 'edit_window_closed']);

/** What Kiln does in Slack. */
export interface SlackClient {
  /** Posts a message; one with the same id that stands already is not posted a second time. */
  post(channel: string, message: SlackMessage, clientMessageId: string): Promise<MessagePlace>;
  /** Rewrites a message; false when it is no longer there. */
  update(place: MessagePlace, message: SlackMessage): Promise<boolean>;
  /** Tells one person something that nobody else in the channel sees. */
  whisper(channel: string, user: string, text: string): Promise<void>;
}

/** The code of an error that will not pass by itself, such as `invalid_auth` or `not_in_channel`. */
export const lastingErrorOf = (error: unknown): string | undefined =>
  error instanceof WebAPIPlatformError && !PASSING.has(error.data.error) ? error.data.error : undefined;

const webLogger = (log: Logger): NonNullable<WebClientOptions['logger']> => ({
  // Debug lines hold whole messages.
  debug: () => undefined,
  info: (...parts) => log.info('slack', { note: parts.join(' ') }),
  warn: (...parts) => log.warn('slack', { note: parts.join(' ') }),
  error: (...parts) => log.error('slack', { note: parts.join(' ') }),
  setLevel: () => undefined,
  getLevel: () => 'info' as never,
  setName: () => undefined,
});

/** A client with the library's own retries; 429 is answered by waiting as long as Slack says. */
export const createSlackClient = (
  settings: SlackSettings,
  log: Logger,
  retryConfig: RetryOptions = RETRIES,
): SlackClient => {
  const web = new WebClient(settings.botToken, {
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: settings.apiUrl }),
    allowAbsoluteUrls: false,
    retryConfig,
    timeout: CALL_MILLISECONDS,
    logger: webLogger(log),
  });
  return {
    post: async (channel, { text, blocks }, clientMessageId) => {
      const posted: ChatPostMessageResponse = await web.apiCall('chat.postMessage', {
        channel,
        text,
        blocks,
        unfurl_links: false,
        unfurl_media: false,
        client_msg_id: clientMessageId,
      });
      if (posted.channel === undefined || posted.ts === undefined)
        throw new Error(`Slack did not say where in channel '${channel}' it posted`);
      return { channel: posted.channel, ts: posted.ts };
    },
    update: async ({ channel, ts }, { text, blocks }) => {
      try {
        await web.chat.update({ channel, ts, text, blocks: [...blocks] });
        return true;
      } catch (error) {
        if (error instanceof WebAPIPlatformError && GONE.has(error.data.error)) return false;
        throw error;
      }
    },
    whisper: async (channel, user, text) => {
      await web.chat.postEphemeral({ channel, user, text });
    },
  };
};
