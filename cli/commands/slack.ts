import { Command } from 'commander';
import { fetchSlackSettings } from '#pipeline/slack/slack-settings';
import { openContext } from '../command-context.ts';
import { usesAccount } from '../connection.ts';
import { connectSlack, disconnectSlack } from '../slack/connect-slack.ts';
import { readSecrets } from '../slack/read-secrets.ts';
import { identifyBot } from '../slack/slack-account.ts';
import { STACK_NAME } from '../stack.ts';

interface ConnectOptions {
  readonly channel: string;
  readonly keepPrevious?: boolean;
  readonly apiUrl?: string;
}

const QUESTIONS = [
  { variable: 'SLACK_BOT_TOKEN', question: 'Bot User OAuth Token (OAuth & Permissions)' },
  { variable: 'SLACK_SIGNING_SECRET', question: 'Signing Secret (Basic Information)' },
];

/** Slack must reach the URL, and reaches none of a laptop. */
const urlAdvice = (url: string): string =>
  usesAccount()
    ? `paste this into the app's Interactivity & Shortcuts > Request URL, so that buttons work:\n${url}`
    : `buttons work when the app's Interactivity & Shortcuts > Request URL leads, through a tunnel, to\n${url}`;

const connectCommand = (): Command =>
  new Command('connect')
    .description('try a bot token and a channel, and keep them for the deployed functions')
    .requiredOption('--channel <id>', 'id of the channel for messages, as C0123456789')
    .option(
      '--keep-previous',
      'go on accepting clicks signed with the former signing secret, while it is rotated',
    )
    .option('--api-url <url>', "where Slack's Web API is, if not at Slack")
    .addHelpText(
      'after',
      `
The app needs the bot scope 'chat:write' and must be invited to the channel. Token and signing
secret come from SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET, else they are asked for, else they
are two lines of the standard input; they are kept encrypted in the Parameter Store.

Examples:
  kiln slack connect --channel C0123456789
  pass kiln/slack | kiln slack connect --channel C0123456789`,
    )
    .action(async (options: ConnectOptions, command: Command) => {
      const { connection, output, stack } = await openContext(command);
      const [botToken = '', signingSecret = ''] = await readSecrets(QUESTIONS, {
        environment: process.env,
        input: process.stdin,
        prompt: process.stderr,
      });
      const { channel, keepPrevious = false, apiUrl } = options;
      const bot = await connectSlack(
        { botToken, signingSecret, channel, keepPrevious, ...(apiUrl === undefined ? {} : { apiUrl }) },
        connection,
      );
      const url = stack.slackInteractionUrl;
      output.result(
        { connected: true, channel, ...bot, requestUrl: url },
        `connected to ${bot.team} as ${bot.user}, channel ${channel}\n${urlAdvice(url)}`,
      );
    });

const statusCommand = (): Command =>
  new Command('status')
    .description('show whether Slack is connected, and try the token')
    .addHelpText('after', '\nExamples:\n  kiln slack status')
    .action(async (_options: object, command: Command) => {
      const { connection, output, stack } = await openContext(command);
      const settings = await fetchSlackSettings(STACK_NAME, connection.ssm);
      if (settings === undefined) {
        output.result({ connected: false }, 'not connected: kiln slack connect --channel <id>');
        return;
      }
      const bot = await identifyBot(settings);
      const url = stack.slackInteractionUrl;
      const rotating = settings.signingSecrets.length > 1;
      output.result(
        { connected: true, channel: settings.channel, ...bot, rotating, requestUrl: url },
        [
          `connected to ${bot.team} as ${bot.user}, channel ${settings.channel}`,
          ...(rotating
            ? ['the former signing secret counts as well: connect again when Slack forgot it']
            : []),
          urlAdvice(url),
        ].join('\n'),
      );
    });

const disconnectCommand = (): Command =>
  new Command('disconnect')
    .description('forget token, signing secret and channel; approvals go on with kiln approve')
    .addHelpText('after', '\nExamples:\n  kiln slack disconnect')
    .action(async (_options: object, command: Command) => {
      const { connection, output } = await openContext(command);
      await disconnectSlack(connection);
      output.result({ connected: false }, 'not connected any more');
    });

/** `kiln slack connect|status|disconnect`: messages and approvals in Slack. */
export const slackCommand = (): Command =>
  new Command('slack')
    .description('connect Slack for messages and approvals')
    .addCommand(connectCommand())
    .addCommand(statusCommand())
    .addCommand(disconnectCommand());
