import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';

/** Longer than the function that posts may run: whoever holds a claim longer is dead. */
const CLAIM_SECONDS = 90;

/** What a message is about. */
export interface MessageSubject {
  readonly kind: 'approvals' | 'releases' | 'recycling' | 'holds' | 'chaos' | 'machines';
  /** Of a hold, which is no app's: the environment. */
  readonly app: string;
  readonly id: string;
}

/** Where a message stands in Slack. */
export interface MessagePlace {
  readonly channel: string;
  readonly ts: string;
}

/** The message's document: `kiln/slack/<kind>/<app>/<id>.json`. */
export interface MessageRecord {
  readonly channel?: string;
  readonly ts?: string;
  /** Counts the messages of the subject: another one takes the place of one that was deleted. */
  readonly generation: number;
  readonly claim?: { readonly owner: string; readonly at: string };
}

/** The right to post a message: settle or abandon it. */
export interface MessageClaim {
  readonly owner: string;
  /** By it Slack knows a message that is posted again because its answer was lost. */
  readonly clientMessageId: string;
}

export interface MessageStoreDeps {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}

/** Where the document of a message stands in the bucket. */
export const messageKey = ({ kind, app, id }: MessageSubject): string =>
  `kiln/slack/${kind}/${app}/${id}.json`;

/** A UUID that follows from the subject. */
const clientMessageIdOf = (subject: MessageSubject, generation: number): string => {
  const hash = createHash('sha256')
    .update(`${messageKey(subject)}#${generation}`)
    .digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
};

const placeOf = ({ channel, ts }: MessageRecord): MessagePlace | undefined =>
  channel === undefined || ts === undefined ? undefined : { channel, ts };

/** Where the message of a subject stands; undefined before it was posted. */
export const readPlace = async (
  subject: MessageSubject,
  { documents }: Pick<MessageStoreDeps, 'documents'>,
): Promise<MessagePlace | undefined> => {
  const record = await documents.read<MessageRecord>(messageKey(subject));
  return record === undefined ? undefined : placeOf(record);
};

/**
 * Claims the right to post the message, by compare-and-swap, so that of two notifications at the same time one posts.
 * Undefined when it stands already or somebody else posts it; a claim of more than 90 seconds is taken over.
 */
export const claimMessage = async (
  subject: MessageSubject,
  { documents, clock }: MessageStoreDeps,
): Promise<MessageClaim | undefined> => {
  const owner = randomUUID();
  const now = clock.now();
  const record = await documents.update<MessageRecord>(messageKey(subject), (found) => {
    if (found !== undefined && placeOf(found) !== undefined) return undefined;
    const since = found?.claim === undefined ? 0 : Date.parse(found.claim.at);
    if (now.getTime() - since < CLAIM_SECONDS * 1000) return undefined;
    return { generation: found?.generation ?? 1, claim: { owner, at: now.toISOString() } };
  });
  if (record?.claim?.owner !== owner) return undefined;
  return { owner, clientMessageId: clientMessageIdOf(subject, record.generation) };
};

/** Writes down where the message stands now. */
export const settleMessage = async (
  subject: MessageSubject,
  place: MessagePlace,
  { documents }: MessageStoreDeps,
): Promise<void> => {
  await documents.update<MessageRecord>(messageKey(subject), (found) => ({
    generation: found?.generation ?? 1,
    ...place,
  }));
};

/**
 * Gives a claim back, so that the next one need not wait for it. The next one posts under the same id, because this one
 * may have come through all the same, unless Slack said that it did not.
 */
export const abandonClaim = async (
  subject: MessageSubject,
  claim: MessageClaim,
  refused: boolean,
  { documents }: MessageStoreDeps,
): Promise<void> => {
  await documents.update<MessageRecord>(messageKey(subject), (found) =>
    found?.claim?.owner === claim.owner ? { generation: found.generation + (refused ? 1 : 0) } : undefined,
  );
};

/** Forgets a message that is no longer there, or never to be rewritten, unless another one stands already. */
export const forgetMessage = async (
  subject: MessageSubject,
  gone: MessagePlace,
  { documents }: MessageStoreDeps,
): Promise<void> => {
  await documents.update<MessageRecord>(messageKey(subject), (found) =>
    found?.ts === gone.ts ? { generation: found.generation + 1 } : undefined,
  );
};
