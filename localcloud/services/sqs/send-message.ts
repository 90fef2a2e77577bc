import { createHash } from 'node:crypto';
import type * as SQS from '@aws-sdk/client-sqs';
import type { Call } from '../../service.ts';
import type { SqsDeps } from './deps.ts';
import { invalidMessageContents, invalidParameterValue } from './errors.ts';
import { attributesMd5, checkMessageAttributes } from './message-attributes.ts';
import { numberOf } from './queue-attributes.ts';
import { checkSender } from './queue-policy.ts';
import type { QueueRecord } from './queue-store.ts';

type Message = Pick<SQS.SendMessageRequest, 'MessageBody' | 'MessageAttributes' | 'DelaySeconds'>;

// What XML 1.0 can carry: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const allowed = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/** Hex. */
export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Bytes of a message as they count for its limit. Throws for what SQS does not take. */
export const checkMessage = (
  { attributes }: QueueRecord,
  { MessageBody: body = '', MessageAttributes = {}, DelaySeconds: delay }: Message,
): number => {
  const most = numberOf(attributes, 'MaximumMessageSize');
  const bytes = Buffer.byteLength(body) + checkMessageAttributes(MessageAttributes);
  if (body === '') throw invalidParameterValue('The request must contain the parameter MessageBody.');
  if (bytes > most) {
    throw invalidParameterValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
  }
  if (!allowed.test(body)) throw invalidMessageContents();
  if (delay !== undefined && !(Number.isInteger(delay) && delay >= 0 && delay <= 900)) {
    throw invalidParameterValue(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  return bytes;
};

/** Stores a message that was checked. */
export const storeMessage = (
  { context, messages, receivers }: SqsDeps,
  { name, attributes }: QueueRecord,
  { MessageBody: body = '', MessageAttributes = {}, DelaySeconds: delay }: Message,
  { caller }: Call,
): SQS.SendMessageResult => {
  const now = context.clock.now();
  const id = context.random.uuid();
  const delaySeconds = delay ?? numberOf(attributes, 'DelaySeconds');
  const sent = { id, body, attributes: MessageAttributes, senderId: caller.arn, sentAt: now };
  messages.add(name, sent, now + delaySeconds * 1000);
  // Also for a delayed one: those who wait learn until when.
  receivers.wake(name);
  const ofAttributes = attributesMd5(MessageAttributes);
  return {
    MessageId: id,
    MD5OfMessageBody: md5(body),
    ...(ofAttributes === undefined ? {} : { MD5OfMessageAttributes: ofAttributes }),
  };
};

/** SendMessage. */
export const sendMessage = (
  deps: SqsDeps,
  input: SQS.SendMessageRequest,
  call: Call,
): SQS.SendMessageResult => {
  const queue = deps.queues.require(input.QueueUrl);
  checkSender(queue, call.caller);
  checkMessage(queue, input);
  return storeMessage(deps, queue, input, call);
};
