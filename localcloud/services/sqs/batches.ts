import type * as SQS from '@aws-sdk/client-sqs';
import { AwsError } from '../../errors.ts';
import type { Call } from '../../service.ts';
import type { SqsDeps } from './deps.ts';
import * as errors from './errors.ts';
import { changeMessageVisibility, deleteMessage } from './held-messages.ts';
import { numberOf } from './queue-attributes.ts';
import { checkSender } from './queue-policy.ts';
import { checkMessage, storeMessage } from './send-message.ts';

interface Entry {
  readonly Id?: string | undefined;
}

interface BatchResult<Result> {
  readonly Successful: (Result & { Id: string })[];
  readonly Failed: SQS.BatchResultErrorEntry[];
}

const checkEntries = (entries: readonly Entry[]): void => {
  if (entries.length === 0) throw errors.emptyBatchRequest();
  if (entries.length > 10) throw errors.tooManyEntries(entries.length);
  const seen = new Set<string>();
  for (const { Id = '' } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id)) throw errors.invalidBatchEntryId();
    if (seen.has(Id)) throw errors.batchEntryIdsNotDistinct(Id);
    seen.add(Id);
  }
};

// One entry that fails is told in the answer and does not stop the others.
const each = <E extends Entry, Result extends object>(
  entries: readonly E[],
  run: (entry: E) => Result,
): BatchResult<Result> => {
  const result: BatchResult<Result> = { Successful: [], Failed: [] };
  for (const entry of entries) {
    const { Id = '' } = entry;
    try {
      result.Successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      result.Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return result;
};

/** SendMessageBatch. */
export const sendMessageBatch = (
  deps: SqsDeps,
  { QueueUrl, Entries = [] }: SQS.SendMessageBatchRequest,
  call: Call,
): SQS.SendMessageBatchResult => {
  const queue = deps.queues.require(QueueUrl);
  checkEntries(Entries);
  checkSender(queue, call.caller);
  const most = numberOf({}, 'MaximumMessageSize');
  const bytes = Entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
  if (bytes > most) throw errors.batchRequestTooLong(most, bytes);
  const result = deps.context.store.transaction(() =>
    each(Entries, (entry) => {
      checkMessage(queue, entry);
      return storeMessage(deps, queue, entry, call);
    }),
  );
  return result as SQS.SendMessageBatchResult;
};

/** DeleteMessageBatch. */
export const deleteMessageBatch = (
  deps: SqsDeps,
  { QueueUrl, Entries = [] }: SQS.DeleteMessageBatchRequest,
): SQS.DeleteMessageBatchResult => {
  deps.queues.require(QueueUrl);
  checkEntries(Entries);
  return each(Entries, ({ ReceiptHandle }) => deleteMessage(deps, { QueueUrl, ReceiptHandle }));
};

/** ChangeMessageVisibilityBatch. */
export const changeMessageVisibilityBatch = (
  deps: SqsDeps,
  { QueueUrl, Entries = [] }: SQS.ChangeMessageVisibilityBatchRequest,
): SQS.ChangeMessageVisibilityBatchResult => {
  deps.queues.require(QueueUrl);
  checkEntries(Entries);
  return each(Entries, ({ ReceiptHandle, VisibilityTimeout }) =>
    changeMessageVisibility(deps, { QueueUrl, ReceiptHandle, VisibilityTimeout }),
  );
};
