import type * as SQS from '@aws-sdk/client-sqs';
import type { SqsDeps } from './deps.ts';
import { invalidAttributeName, invalidParameterValue, queueDoesNotExist, queueNameExists } from './errors.ts';
import { checkAttributes, shownAttributes } from './queue-attributes.ts';
import type { QueueRecord } from './queue-store.ts';
import { queueArn, queueUrl } from './queue-store.ts';

const checkName = (name: string): void => {
  if (/^[\w-]{1,80}$/.test(name)) return;
  const fifo = name.endsWith('.fifo') ? ' The local cloud has standard queues only.' : '';
  throw invalidParameterValue(
    `Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length${fifo}`,
  );
};

/** CreateQueue: the name of a queue that is as asked for gives its URL. */
export const createQueue = (
  { context, queues }: SqsDeps,
  { QueueName: name = '', Attributes, tags = {} }: SQS.CreateQueueRequest,
): SQS.CreateQueueResult => {
  const attributes = (Attributes ?? {}) as Readonly<Record<string, string>>;
  checkName(name);
  checkAttributes(attributes);
  const known = queues.find(name);
  if (known === undefined) {
    const now = context.clock.now();
    const arn = queueArn(context, name);
    queues.put({ name, arn, attributes, tags, createdAt: now, changedAt: now });
  } else {
    const shown = shownAttributes(known.attributes);
    const other = Object.entries(attributes).find(([key, value]) => shown[key] !== value);
    if (other !== undefined) throw queueNameExists(other[0]);
  }
  return { QueueUrl: queueUrl(context, name) };
};

/** GetQueueUrl. */
export const getQueueUrl = (
  { context, queues }: SqsDeps,
  { QueueName: name = '', QueueOwnerAWSAccountId: owner }: SQS.GetQueueUrlRequest,
): SQS.GetQueueUrlResult => {
  if (owner !== undefined && owner !== context.accountId) throw queueDoesNotExist();
  return { QueueUrl: queueUrl(context, queues.require(name).name) };
};

/** ListQueues. */
export const listQueues = (
  { context, queues }: SqsDeps,
  { QueueNamePrefix = '', MaxResults: limit = 1000, NextToken }: SQS.ListQueuesRequest,
): SQS.ListQueuesResult => {
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString();
  const matching = queues.list().filter(({ name }) => name.startsWith(QueueNamePrefix) && name > after);
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  return {
    ...(page.length === 0 ? {} : { QueueUrls: page.map(({ name }) => queueUrl(context, name)) }),
    ...(matching.length > limit && last !== undefined
      ? { NextToken: Buffer.from(last.name).toString('base64url') }
      : {}),
  };
};

const allAttributes = ({ context, messages }: SqsDeps, queue: QueueRecord): Record<string, string> => {
  const { visible, inFlight, delayed } = messages.counts(queue.name, context.clock.now());
  return {
    ...shownAttributes(queue.attributes),
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.changedAt / 1000)),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
};

const knownNames: ReadonlySet<string> = new Set([
  'All',
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);

/** GetQueueAttributes: those that are named, or `All`. */
export const getQueueAttributes = (
  deps: SqsDeps,
  { QueueUrl, AttributeNames: names = [] }: SQS.GetQueueAttributesRequest,
): SQS.GetQueueAttributesResult => {
  const all = allAttributes(deps, deps.queues.require(QueueUrl));
  const unknown = names.find((name) => !knownNames.has(name) && all[name] === undefined);
  if (unknown !== undefined) throw invalidAttributeName(unknown);
  const chosen = Object.entries(all).filter(
    ([name]) => names.includes('All') || (names as readonly string[]).includes(name),
  );
  return chosen.length === 0 ? {} : { Attributes: Object.fromEntries(chosen) };
};

/** SetQueueAttributes: the others stay as they are. */
export const setQueueAttributes = (
  { context, queues }: SqsDeps,
  { QueueUrl, Attributes }: SQS.SetQueueAttributesRequest,
): object => {
  const queue = queues.require(QueueUrl);
  const attributes = (Attributes ?? {}) as Readonly<Record<string, string>>;
  checkAttributes(attributes);
  queues.put({
    ...queue,
    attributes: { ...queue.attributes, ...attributes },
    changedAt: context.clock.now(),
  });
  return {};
};

/** DeleteQueue: its messages go with it. AWS takes a minute, here it is gone on return. */
export const deleteQueue = (
  { context, queues, messages, receivers }: SqsDeps,
  { QueueUrl }: SQS.DeleteQueueRequest,
): object => {
  const { name } = queues.require(QueueUrl);
  context.store.transaction(() => {
    messages.purge(name);
    queues.delete(name);
  });
  receivers.wake(name);
  return {};
};

/** PurgeQueue. */
export const purgeQueue = ({ queues, messages }: SqsDeps, { QueueUrl }: SQS.PurgeQueueRequest): object => {
  messages.purge(queues.require(QueueUrl).name);
  return {};
};

/** TagQueue. */
export const tagQueue = ({ queues }: SqsDeps, { QueueUrl, Tags }: SQS.TagQueueRequest): object => {
  const queue = queues.require(QueueUrl);
  queues.put({ ...queue, tags: { ...queue.tags, ...Tags } });
  return {};
};

/** UntagQueue. */
export const untagQueue = ({ queues }: SqsDeps, { QueueUrl, TagKeys }: SQS.UntagQueueRequest): object => {
  const queue = queues.require(QueueUrl);
  const kept = Object.entries(queue.tags).filter(([key]) => !TagKeys?.includes(key));
  queues.put({ ...queue, tags: Object.fromEntries(kept) });
  return {};
};

/** ListQueueTags. */
export const listQueueTags = (
  { queues }: SqsDeps,
  { QueueUrl }: SQS.ListQueueTagsRequest,
): SQS.ListQueueTagsResult => ({ Tags: { ...queues.require(QueueUrl).tags } });
