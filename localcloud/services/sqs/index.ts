import * as SQS from '@aws-sdk/client-sqs';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import * as batches from './batches.ts';
import type { SqsDeps } from './deps.ts';
import { changeMessageVisibility, deleteMessage } from './held-messages.ts';
import { openMessageStore } from './message-store.ts';
import { openQueueStore, queueArn, queueNameOf } from './queue-store.ts';
import * as queues from './queues.ts';
import { receiveMessage } from './receive-message.ts';
import { createReceivers } from './receivers.ts';
import { sendMessage } from './send-message.ts';

/** Amazon SQS: standard queues. */
export const createSqs = (context: CloudContext): Service => {
  const receivers = createReceivers(context);
  const deps: SqsDeps = {
    context,
    queues: openQueueStore(context),
    messages: openMessageStore(context),
    receivers,
  };
  const byUrl = ({ QueueUrl }: { readonly QueueUrl?: string | undefined }): string[] => [
    queueArn(context, queueNameOf(QueueUrl)),
  ];
  const byName = ({ QueueName = '' }: { readonly QueueName?: string | undefined }): string[] => [
    queueArn(context, QueueName),
  ];

  return defineService(SQS, {
    name: 'sqs',
    signingName: 'sqs',
    protocol: 'json-1.0',
    otherProtocols: ['query'],
    target: 'AmazonSQS',
    version: '2012-11-05',
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
  })(
    {
      CreateQueue: (input) => queues.createQueue(deps, input),
      GetQueueUrl: (input) => queues.getQueueUrl(deps, input),
      ListQueues: (input) => queues.listQueues(deps, input),
      GetQueueAttributes: (input) => queues.getQueueAttributes(deps, input),
      SetQueueAttributes: (input) => queues.setQueueAttributes(deps, input),
      DeleteQueue: (input) => queues.deleteQueue(deps, input),
      PurgeQueue: (input) => queues.purgeQueue(deps, input),
      TagQueue: (input) => queues.tagQueue(deps, input),
      UntagQueue: (input) => queues.untagQueue(deps, input),
      ListQueueTags: (input) => queues.listQueueTags(deps, input),
      SendMessage: (input, call) => sendMessage(deps, input, call),
      SendMessageBatch: (input, call) => batches.sendMessageBatch(deps, input, call),
      ReceiveMessage: (input, call) => receiveMessage(deps, input, call),
      DeleteMessage: (input) => deleteMessage(deps, input),
      DeleteMessageBatch: (input) => batches.deleteMessageBatch(deps, input),
      ChangeMessageVisibility: (input) => changeMessageVisibility(deps, input),
      ChangeMessageVisibilityBatch: (input) => batches.changeMessageVisibilityBatch(deps, input),
    },
    {
      resources: {
        CreateQueue: byName,
        GetQueueUrl: byName,
        GetQueueAttributes: byUrl,
        SetQueueAttributes: byUrl,
        DeleteQueue: byUrl,
        PurgeQueue: byUrl,
        TagQueue: byUrl,
        UntagQueue: byUrl,
        ListQueueTags: byUrl,
        SendMessage: byUrl,
        SendMessageBatch: byUrl,
        ReceiveMessage: byUrl,
        DeleteMessage: byUrl,
        DeleteMessageBatch: byUrl,
        ChangeMessageVisibility: byUrl,
        ChangeMessageVisibilityBatch: byUrl,
      },
      lifecycle: { stop: async () => receivers.stop() },
    },
  );
};
