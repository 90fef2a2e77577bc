import type * as SQS from '@aws-sdk/client-sqs';
import type { Call } from '../../service.ts';
import type { SqsDeps } from './deps.ts';
import { invalidParameterValue } from './errors.ts';
import { attributesMd5, chosenAttributes } from './message-attributes.ts';
import type { StoredMessage } from './message-store.ts';
import { numberOf, redrivePolicy } from './queue-attributes.ts';
import type { QueueRecord } from './queue-store.ts';
import { queueNameOf } from './queue-store.ts';
import { receiptHandle } from './receipt-handle.ts';
import { md5 } from './send-message.ts';

const checkRange = (name: string, value: number | undefined, least: number, most: number): void => {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw invalidParameterValue(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${most}, if provided.`,
  );
};

const systemAttributes = (
  { senderId, sentAt, receiveCount, firstReceivedAt, sourceArn }: StoredMessage,
  now: number,
): Record<string, string> => ({
  SenderId: senderId,
  SentTimestamp: String(sentAt),
  ApproximateReceiveCount: String(receiveCount + 1),
  ApproximateFirstReceiveTimestamp: String(firstReceivedAt ?? now),
  ...(sourceArn === undefined ? {} : { DeadLetterQueueSourceArn: sourceArn }),
});

// A message that was received too often goes to the dead-letter queue instead.
const isMoved = (
  { context, queues, messages, receivers }: SqsDeps,
  queue: QueueRecord,
  message: StoredMessage,
): boolean => {
  const policy = redrivePolicy(queue.attributes);
  if (policy === undefined || message.receiveCount < policy.maxReceiveCount) return false;
  const target = queues.find(queueNameOf(policy.deadLetterTargetArn.replaceAll(':', '/')));
  if (target === undefined) return false;
  messages.move(message.id, target.name, queue.arn, context.clock.now());
  receivers.wake(target.name);
  return true;
};

const take = (deps: SqsDeps, queue: QueueRecord, input: SQS.ReceiveMessageRequest): SQS.Message[] => {
  const { context, messages } = deps;
  const now = context.clock.now();
  const seconds = input.VisibilityTimeout ?? numberOf(queue.attributes, 'VisibilityTimeout');
  const names: readonly string[] = [
    ...(input.AttributeNames ?? []),
    ...(input.MessageSystemAttributeNames ?? []),
  ];
  return context.store.transaction(() => {
    messages.purge(queue.name, now - numberOf(queue.attributes, 'MessageRetentionPeriod') * 1000);
    const found = messages.visible(queue.name, now, input.MaxNumberOfMessages ?? 1);
    return found
      .filter((message) => !isMoved(deps, queue, message))
      .map((message): SQS.Message => {
        const receipt = context.random.hex(32);
        messages.receive(message.id, receipt, now, now + seconds * 1000);
        const system = Object.entries(systemAttributes(message, now)).filter(
          ([name]) => names.includes('All') || names.includes(name),
        );
        const attributes = chosenAttributes(message.attributes, input.MessageAttributeNames ?? []);
        const ofAttributes = attributesMd5(attributes);
        return {
          MessageId: message.id,
          ReceiptHandle: receiptHandle(message.id, receipt),
          Body: message.body,
          MD5OfBody: md5(message.body),
          ...(system.length === 0 ? {} : { Attributes: Object.fromEntries(system) }),
          ...(ofAttributes === undefined
            ? {}
            : { MessageAttributes: { ...attributes }, MD5OfMessageAttributes: ofAttributes }),
        };
      });
  });
};

/** ReceiveMessage: waits for a message when asked to. */
export const receiveMessage = async (
  deps: SqsDeps,
  input: SQS.ReceiveMessageRequest,
  { signal }: Call,
): Promise<SQS.ReceiveMessageResult> => {
  checkRange('MaxNumberOfMessages', input.MaxNumberOfMessages, 1, 10);
  checkRange('WaitTimeSeconds', input.WaitTimeSeconds, 0, 20);
  checkRange('VisibilityTimeout', input.VisibilityTimeout, 0, 43_200);
  const { context, queues, messages, receivers } = deps;
  const { attributes } = queues.require(input.QueueUrl);
  const seconds = input.WaitTimeSeconds ?? numberOf(attributes, 'ReceiveMessageWaitTimeSeconds');
  const until = context.clock.now() + seconds * 1000;
  for (;;) {
    // A client that has gone away takes no message with it.
    if (signal?.aborted) return {};
    const queue = queues.require(input.QueueUrl);
    const Messages = take(deps, queue, input);
    const now = context.clock.now();
    if (Messages.length > 0) return { Messages };
    if (now >= until || receivers.stopped) return {};
    const next = Math.min(until, messages.nextVisible(queue.name, now) ?? until);
    await receivers.wait(queue.name, next - now, signal);
  }
};
