import type { CloudContext } from '../../cloud-context.ts';
import { sendDeadLetter } from '../../dead-letter.ts';
import type { Delivery, FinalFailure } from './delivery-queue.ts';
import { callForRule } from './rule-call.ts';

/**
 * Puts an event that did not reach its target into the target's dead-letter queue, if it has one; the queue's policy must let
 * the rule: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html. Never rejects.
 */
export const sendToDeadLetterQueue = async (
  context: CloudContext,
  { event, ruleArn, target, attempts }: Delivery,
  { code, reason, exhausted }: FinalFailure,
): Promise<void> => {
  const queueArn = target.DeadLetterConfig?.Arn;
  if (queueArn === undefined) return;
  await sendDeadLetter(
    context,
    {
      queueArn,
      body: event,
      attributes: {
        RULE_ARN: ruleArn,
        TARGET_ARN: target.Arn ?? '',
        ERROR_CODE: code,
        ERROR_MESSAGE: reason,
        RETRY_ATTEMPTS: String(attempts),
        ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted }),
      },
    },
    callForRule(context, ruleArn),
  );
};
