import { sendDeadLetter } from '../../dead-letter.ts';
import type { QueuedEvent } from './async-events.ts';
import type { LambdaDeps } from './deps.ts';
import type { InvocationOutcome } from './execution-environment.ts';

// The error's message is cut: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
const longestMessage = 1024;

/**
 * Puts an event that the function failed on for good into the function's dead-letter queue, if it has one, as the
 * function's role. Never rejects.
 */
export const sendToDeadLetterQueue = async (
  { context, store }: LambdaDeps,
  event: QueuedEvent,
  { error }: InvocationOutcome,
): Promise<void> => {
  const { role, deadLetterArn } = store.target(event.reference).settings;
  if (error === undefined || deadLetterArn === undefined) return;
  await sendDeadLetter(
    context,
    {
      queueArn: deadLetterArn,
      body: event.payload,
      attributes: {
        RequestID: event.requestId,
        ErrorCode: 200,
        ErrorMessage: error.errorMessage.slice(0, longestMessage),
      },
    },
    context.asRole(role, event.reference.name),
  );
};
