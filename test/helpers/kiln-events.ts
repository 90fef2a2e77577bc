import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { queueArnOf } from './queue-user.ts';
import type { RunningKiln } from './start-kiln.ts';

/** An event of Kiln's bus. */
export interface KilnEvent {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What Kiln announced since somebody listens. */
export interface KilnEvents {
  /** All up to now, in the order in which they came. */
  readonly all: readonly KilnEvent[];
  /** Those of a kind in an environment. */
  of(type: string, environment: string): readonly KilnEvent[];
  stop(): Promise<void>;
}

const RULE = 'test-listener';

/** Listens to everything that Kiln announces, with a queue of its own on the bus. */
export const listenToKiln = async ({ connection, stack }: RunningKiln): Promise<KilnEvents> => {
  const { events, sqs } = connection;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: RULE }));
  const EventBusName = stack.eventBusName;
  const EventPattern = JSON.stringify({ source: ['kiln'] });
  const { RuleArn } = await events.send(new PutRuleCommand({ Name: RULE, EventBusName, EventPattern }));
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArnOf(QueueUrl),
    Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const Targets = [{ Id: 'queue', Arn: queueArnOf(QueueUrl) }];
  await events.send(new PutTargetsCommand({ Rule: RULE, EventBusName, Targets }));

  const all: KilnEvent[] = [];
  const ended = new AbortController();
  const listen = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { Body = '{}', ReceiptHandle } of Messages) {
        const event = JSON.parse(Body) as { 'detail-type': string; detail: KilnEvent['detail'] };
        all.push({ type: event['detail-type'], detail: event.detail });
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };
  const listening = listen();
  return {
    all,
    of: (type, environment) =>
      all.filter((event) => event.type === type && event.detail['environment'] === environment),
    stop: () => {
      ended.abort();
      return listening;
    },
  };
};
