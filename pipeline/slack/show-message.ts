import type { Logger } from '../log.ts';
import { abandonClaim, claimMessage, forgetMessage, readPlace, settleMessage } from './message-store.ts';
import type { MessageStoreDeps, MessageSubject } from './message-store.ts';
import { lastingErrorOf } from './slack-client.ts';
import type { SlackClient } from './slack-client.ts';
import type { SlackMessage } from './slack-message.ts';

/** What moves faster than this is left to the next try. */
const ROUNDS = 5;

export interface ShowMessageInput {
  readonly subject: MessageSubject;
  /** Where it is posted, if it does not stand yet. */
  readonly channel: string;
  /** Makes the message from the documents as they are now; undefined when there is nothing to show. */
  readonly render: () => Promise<Rendered | undefined>;
}

/** A message made from the documents. */
export interface Rendered {
  readonly message: SlackMessage;
  readonly worthPosting: boolean;
  /** What it is about is over: the next time it gets another message, which people are told of. */
  readonly isLast?: boolean;
}

export interface ShowMessageDeps extends MessageStoreDeps {
  readonly client: SlackClient;
  readonly log: Logger;
}

const post = async (
  input: ShowMessageInput,
  message: SlackMessage,
  deps: ShowMessageDeps,
): Promise<boolean> => {
  const claim = await claimMessage(input.subject, deps);
  // Whoever posts it reads the documents again when it stands, and so what we know.
  if (claim === undefined) return false;
  try {
    const place = await deps.client.post(input.channel, message, claim.clientMessageId);
    await settleMessage(input.subject, place, deps);
    return true;
  } catch (error) {
    await abandonClaim(input.subject, claim, lastingErrorOf(error) !== undefined, deps);
    throw error;
  }
};

const rewrite = async (
  input: ShowMessageInput,
  message: SlackMessage,
  deps: ShowMessageDeps,
): Promise<boolean> => {
  const place = await readPlace(input.subject, deps);
  if (place === undefined) return false;
  if (await deps.client.update(place, message)) return true;
  deps.log.warn('message is gone', { ...input.subject });
  await forgetMessage(input.subject, place, deps);
  return false;
};

const finish = async (subject: MessageSubject, deps: ShowMessageDeps): Promise<void> => {
  const place = await readPlace(subject, deps);
  if (place !== undefined) await forgetMessage(subject, place, deps);
};

/**
 * Makes the subject's message in Slack say what the documents say: posts it once, then rewrites it. After each writing
 * the documents are read again, because a notification that overtook this one may have shown something newer.
 * @throws Error when they change faster than that
 */
export const showMessage = async (input: ShowMessageInput, deps: ShowMessageDeps): Promise<void> => {
  let shown: string | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const rendered = await input.render();
    if (rendered === undefined) return;
    const written = JSON.stringify(rendered.message);
    if (written === shown) {
      if (rendered.isLast === true) await finish(input.subject, deps);
      return;
    }
    const { message, worthPosting } = rendered;
    const done =
      (await rewrite(input, message, deps)) || (worthPosting && (await post(input, message, deps)));
    if (!done) return;
    shown = written;
  }
  throw new Error(`message of '${input.subject.id}' changed ${ROUNDS} times while it was written`);
};
