import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { ApprovalDecided } from '#pipeline/approval/approval-record';
import { poll } from '#pipeline/clock';
import type { CommandContext } from '../command-context.ts';
import { UserError } from '../user-error.ts';
import { decisionOutcome } from './decision-outcome.ts';
import type { DecisionOutcome } from './decision-outcome.ts';
import { readApproval } from './read-approvals.ts';
import type { ShownApproval } from './read-approvals.ts';

/** The event, the rule and the deciding function take a second or two. */
const OUTCOME_TIMEOUT_MILLISECONDS = 120_000;

/** A decision to be made. */
export interface DecideInput {
  readonly approval: ShownApproval;
  readonly decision: 'approve' | 'reject';
  readonly user: string;
  readonly comment?: string | undefined;
}

const putDecision = async (
  { approval, decision, user, comment }: DecideInput,
  { connection, stack }: Pick<CommandContext, 'connection' | 'stack'>,
): Promise<void> => {
  const detail: ApprovalDecided = {
    approvalId: approval.approvalId,
    app: approval.app,
    planDigest: approval.planDigest,
    decision,
    user,
    via: 'cli',
    ...(comment === undefined ? {} : { comment }),
  };
  const { Entries = [], FailedEntryCount = 0 } = await connection.events.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: stack.eventBusName,
          Source: 'kiln',
          DetailType: 'approval.decided',
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
  if (FailedEntryCount === 0) return;
  throw new UserError(
    `the decision was not taken by bus '${stack.eventBusName}': ${Entries[0]?.ErrorMessage ?? 'no reason given'}`,
    `kiln ${decision} ${approval.app} --env ${approval.environment}`,
  );
};

/**
 * Decides as Slack does, by an event on the bus for the plan that was shown, and waits for what comes of it.
 * @throws UserError when nobody takes the decision
 */
export const decide = async (
  input: DecideInput,
  deps: Pick<CommandContext, 'connection' | 'stack' | 'documents' | 'clock'> & {
    readonly signal: AbortSignal;
  },
): Promise<{ readonly approval: ShownApproval; readonly outcome: DecisionOutcome }> => {
  const { approval: before } = input;
  await putDecision(input, deps);
  const found = await poll(
    deps.clock,
    { intervalMilliseconds: 200, timeoutMilliseconds: OUTCOME_TIMEOUT_MILLISECONDS },
    async () => {
      deps.signal.throwIfAborted();
      const approval = await readApproval(before, deps);
      const outcome = approval === undefined ? undefined : decisionOutcome(before, approval, input);
      return approval === undefined || outcome === undefined ? undefined : { approval, outcome };
    },
  );
  if (found !== undefined) return found;
  throw new UserError(
    `nothing came of the decision on '${before.approvalId}' in ${OUTCOME_TIMEOUT_MILLISECONDS / 1000} s`,
    'aws events list-rules, and the log of function decideApproval',
  );
};
