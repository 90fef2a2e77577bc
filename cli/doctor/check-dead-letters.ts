import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Finding } from './finding.ts';

/** Events that no function took within a day of tries: a drop that nobody released, a decision that nobody heard. */
export const checkDeadLetters = async (queueUrl: string, sqs: SQSClient): Promise<Finding> => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  const count = Number(Attributes['ApproximateNumberOfMessages'] ?? 0);
  const check = 'dead letters';
  if (count === 0) return { check, status: 'ok', found: 'none' };
  return {
    check,
    status: 'note',
    found: `${count} event${count === 1 ? '' : 's'} that nothing took`,
    remedy: `aws sqs receive-message --queue-url ${queueUrl} --message-attribute-names All shows them; drop an artifact that is among them again`,
  };
};
