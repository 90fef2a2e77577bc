import type { Message } from '@aws-sdk/client-sqs';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { poll } from './poll.ts';
import type { TestClientConfig } from './start-test-cloud.ts';

/** Queues as a test uses them. */
export interface QueueUser {
  readonly client: SQSClient;
  /** Creates a queue; gives its URL. */
  create(name: string, Attributes?: Record<string, string>): Promise<string>;
  /** Lets an AWS service send, for the resource `sourceArn` only if given. */
  allow(QueueUrl: string, service: string, sourceArn?: string): Promise<void>;
  /** Waits for a message with `marker` in it and removes it. */
  received(QueueUrl: string, marker: string): Promise<Message>;
}

/** The ARN of a queue of the test account. */
export const queueArnOf = (queueUrl: string): string =>
  `arn:aws:sqs:eu-central-1:000000000000:${queueUrl.slice(queueUrl.lastIndexOf('/') + 1)}`;

/** The text attributes of a message by name. */
export const textAttributes = ({ MessageAttributes = {} }: Message): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(MessageAttributes).map(([name, value]) => [name, value.StringValue]));

/** Creates a client for queues. */
export const queueUser = (config: TestClientConfig): QueueUser => {
  const client = new SQSClient(config);
  return {
    client,
    create: async (QueueName, Attributes = {}) => {
      const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
      return QueueUrl;
    },
    allow: async (QueueUrl, service, sourceArn) => {
      const statement = {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sqs:SendMessage',
        Resource: queueArnOf(QueueUrl),
        ...(sourceArn === undefined ? {} : { Condition: { ArnEquals: { 'aws:SourceArn': sourceArn } } }),
      };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    },
    received: (QueueUrl, marker) =>
      poll(
        async () => {
          const { Messages = [] } = await client.send(
            new ReceiveMessageCommand({
              QueueUrl,
              MaxNumberOfMessages: 10,
              WaitTimeSeconds: 1,
              VisibilityTimeout: 0,
              MessageAttributeNames: ['All'],
            }),
          );
          const found = Messages.find((message) => JSON.stringify(message).includes(marker));
          if (found === undefined) return undefined;
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: found.ReceiptHandle }));
          return found;
        },
        10_000,
        () => `no message with '${marker}' in ${QueueUrl}`,
      ),
  };
};
