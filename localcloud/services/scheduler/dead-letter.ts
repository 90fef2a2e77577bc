import type { CloudContext } from '../../cloud-context.ts';
import { sendDeadLetter } from '../../dead-letter.ts';
import { AwsError } from '../../errors.ts';
import { requestOf, sessionName } from './invoke-target.ts';
import type { Invocation } from './model.ts';

/** A run that did not reach its target. */
export interface FailedRun {
  readonly invocation: Invocation;
  readonly error: Error;
  /** Which limit of the retry policy was reached; undefined when trying again would not have helped. */
  readonly exhausted: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | undefined;
}

const bodyOf = (context: CloudContext, invocation: Invocation): string => {
  try {
    return JSON.stringify(requestOf(context, invocation).input);
  } catch {
    return invocation.target.Input ?? '{}';
  }
};

/**
 * Puts the call that failed into the target's dead-letter queue, if it has one, as the target's role:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html. Never rejects.
 */
export const sendToDeadLetterQueue = async (
  context: CloudContext,
  { invocation, error, exhausted }: FailedRun,
): Promise<void> => {
  const { id, scheduleArn, scheduledAt, attempts, target } = invocation;
  const queueArn = target.DeadLetterConfig?.Arn;
  if (queueArn === undefined) return;
  await sendDeadLetter(
    context,
    {
      queueArn,
      body: bodyOf(context, invocation),
      attributes: {
        ERROR_CODE: error instanceof AwsError ? error.code : 'InternalFailure',
        ERROR_MESSAGE: error.message,
        EXECUTION_ID: id,
        ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted }),
        IS_PAYLOAD_TRUNCATED: 'false',
        RETRY_ATTEMPTS: String(attempts),
        SCHEDULED_TIME: new Date(scheduledAt).toISOString().replace(/\.\d+Z$/, 'Z'),
        SCHEDULE_ARN: scheduleArn,
        TARGET_ARN: target.Arn ?? '',
      },
    },
    context.asRole(target.RoleArn ?? '', sessionName(invocation)),
  );
};
