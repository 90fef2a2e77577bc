import { createHmac } from 'node:crypto';
import type { Button } from '@slack/types';
import type { FakeMessage } from './fake-slack.ts';

/** A person in Slack. */
export interface SlackPerson {
  readonly id: string;
  readonly name: string;
}

/** A click on a button of a message. */
export interface Click {
  readonly message: Pick<FakeMessage, 'channel' | 'ts' | 'blocks'>;
  readonly action: 'approve' | 'reject';
  readonly user: SlackPerson;
}

/** The message's button for that action, as somebody sees it. @throws Error when there is none */
export const buttonOf = ({ message, action }: Pick<Click, 'message' | 'action'>): Button => {
  const buttons = message.blocks.flatMap((block) =>
    block.type === 'actions' ? block.elements.filter((element) => element.type === 'button') : [],
  );
  const style = action === 'approve' ? 'primary' : 'danger';
  const button = buttons.find((candidate) => candidate.style === style);
  if (button === undefined) throw new Error(`message '${message.ts}' has no button to ${action}`);
  return button;
};

/** The interaction's payload as Slack makes it. */
export const clickPayload = (click: Click, signedAt = new Date()): Record<string, unknown> => {
  const { message, user } = click;
  const button = buttonOf(click);
  return {
    type: 'block_actions',
    user: { id: user.id, username: user.name, name: user.name, team_id: 'T0TEST' },
    api_app_id: 'A0KILN',
    token: 'deprecated',
    container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false },
    trigger_id: '1.2.3',
    team: { id: 'T0TEST', domain: 'test' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: message.channel, name: 'releases' },
    message: { type: 'message', ts: message.ts, blocks: message.blocks },
    state: { values: {} },
    response_url: 'https://hooks.slack.com/actions/T0TEST/1/abc',
    actions: [
      {
        type: 'button',
        action_id: button.action_id,
        block_id: 'block',
        text: button.text,
        value: button.value,
        style: button.style,
        action_ts: `${signedAt.getTime() / 1000}`,
      },
    ],
  };
};

/** The form that carries a payload. */
export const formOf = (payload: unknown): string =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

/** The headers that Slack sends with a body. */
export const signedHeaders = (
  body: string | Uint8Array,
  signingSecret: string,
  signedAt = new Date(),
): Record<string, string> => {
  const timestamp = String(Math.floor(signedAt.getTime() / 1000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  };
};

/** Clicks a button of a message: posts to the interaction's URL what Slack would post. */
export const signedClick = (
  click: Click & { readonly url: string; readonly signingSecret: string },
): Promise<Response> => {
  const body = formOf(clickPayload(click));
  return fetch(click.url, { method: 'POST', headers: signedHeaders(body, click.signingSecret), body });
};
