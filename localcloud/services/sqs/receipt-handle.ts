import type { SqsDeps } from './deps.ts';
import { receiptHandleIsInvalid } from './errors.ts';
import type { StoredMessage } from './message-store.ts';

/** What a receiver gets to delete or hide a message with. */
export const receiptHandle = (messageId: string, receipt: string): string =>
  Buffer.from(`${messageId} ${receipt}`).toString('base64');

/** The message behind a handle that was given out last for it; undefined when it is gone or was received again since. */
export const heldMessage = (
  { messages }: SqsDeps,
  queue: string,
  handle = '',
): (StoredMessage & { readonly visibleAt: number }) | undefined => {
  const [id = '', receipt] = Buffer.from(handle, 'base64').toString().split(' ');
  if (receipt === undefined || !/^[\da-f-]{36}$/.test(id)) throw receiptHandleIsInvalid();
  const message = messages.find(queue, id);
  return message?.receipt === receipt ? message : undefined;
};
