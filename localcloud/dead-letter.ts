import type { CloudContext } from './cloud-context.ts';
import type { Call } from './service.ts';

/** What a service gave up on. */
export interface DeadLetter {
  readonly queueArn: string;
  readonly body: string;
  /** Message attributes, texts and numbers; empty texts are left out, as SQS has none. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** Sends what a service gave up on to a queue; a queue that does not take it is logged. Never rejects. */
export const sendDeadLetter = async (
  { log, peers }: CloudContext,
  { queueArn, body, attributes }: DeadLetter,
  call: Call,
): Promise<void> => {
  const given = Object.entries(attributes).filter(([, value]) => value !== '');
  try {
    await peers.sqs.SendMessage(
      {
        // The operation needs only the name in a URL.
        QueueUrl: queueArn.split(':').at(-1),
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          given.map(([name, value]) => [
            name,
            { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
          ]),
        ),
      },
      call,
    );
  } catch (error) {
    log('error', 'dead letter not taken by its queue', { queue: queueArn, error: String(error) });
  }
};
