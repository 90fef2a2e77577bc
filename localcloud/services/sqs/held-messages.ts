import type * as SQS from '@aws-sdk/client-sqs';
import type { SqsDeps } from './deps.ts';
import { invalidParameterValue, messageNotInflight } from './errors.ts';
import { heldMessage } from './receipt-handle.ts';

/** DeleteMessage: deleting what is gone succeeds. */
export const deleteMessage = (
  deps: SqsDeps,
  { QueueUrl, ReceiptHandle }: SQS.DeleteMessageRequest,
): object => {
  const { name } = deps.queues.require(QueueUrl);
  const message = heldMessage(deps, name, ReceiptHandle);
  if (message !== undefined) deps.messages.delete(message.id);
  return {};
};

/** ChangeMessageVisibility: counts from now; 0 gives the message back. */
export const changeMessageVisibility = (
  deps: SqsDeps,
  { QueueUrl, ReceiptHandle, VisibilityTimeout: seconds = 0 }: SQS.ChangeMessageVisibilityRequest,
): object => {
  const { context, messages, receivers, queues } = deps;
  const { name } = queues.require(QueueUrl);
  if (!(Number.isInteger(seconds) && seconds >= 0 && seconds <= 43_200)) {
    throw invalidParameterValue(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and 43200.`,
    );
  }
  const message = heldMessage(deps, name, ReceiptHandle);
  const now = context.clock.now();
  if (message === undefined || message.visibleAt <= now) throw messageNotInflight();
  messages.hide(message.id, now + seconds * 1000);
  receivers.wake(name);
  return {};
};
