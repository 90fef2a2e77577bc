import type { Command } from 'commander';
import { callerArn } from '../caller.ts';
import { openContext } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { onInterrupt } from '../interrupt.ts';
import { withStep } from '../output.ts';
import { followRollout } from '../rollouts/follow-rollout.ts';
import { UserError } from '../user-error.ts';
import { chooseApproval } from './choose-approval.ts';
import { decide } from './decide.ts';
import { describeApproval } from './describe-approval.ts';
import { readPendingApprovals } from './read-approvals.ts';
import type { ShownApproval } from './read-approvals.ts';

/** Options of `kiln approve` and `kiln reject`. */
export interface DecisionOptions {
  readonly env?: string;
  readonly release?: string;
  readonly comment?: string;
  /** Of `approve` only. */
  readonly wait?: boolean;
}

const choose = async (
  app: string,
  verb: 'approve' | 'reject',
  options: DecisionOptions,
  context: CommandContext,
): Promise<ShownApproval> => {
  const pending = await readPendingApprovals({ app, environment: options.env }, context);
  const wanted = { app, environment: options.env, release: options.release };
  return chooseApproval(pending, wanted, verb);
};

const report = (approval: ShownApproval, verb: 'approve' | 'reject', { output }: CommandContext): void => {
  const { app, version, environment } = approval;
  const what = `${app} ${version} for ${environment}`;
  const approved = approval.decisions.filter(({ decision }) => decision === 'approve').length;
  const missing = approval.rule.approvers - approved;
  if (approval.status === 'pending')
    output.result(approval, `approved ${what}: ${missing} more of ${approval.rule.approvers} must approve`);
  else if (verb === 'reject') output.result(approval, `rejected ${what}; what serves goes on serving`);
  else
    output.result(
      approval,
      `approved ${what}; its rollout starts: kiln rollout status ${app} --env ${environment} --watch`,
    );
};

/** Shows the evidence, decides, says what came of it, and follows the rollout that an approval lets go on. */
export const runDecision = async (
  app: string,
  verb: 'approve' | 'reject',
  options: DecisionOptions,
  command: Command,
): Promise<void> => {
  const context = await openContext(command);
  const signal = onInterrupt();
  const shown = await choose(app, verb, options, context);
  for (const line of describeApproval(shown, context.clock.now())) context.output.line(line);
  const user = await callerArn(context.connection);
  const { approval, outcome } = await withStep(context.output, verb, async () => {
    const input = { approval: shown, decision: verb, user, comment: options.comment };
    const found = await decide(input, { ...context, signal });
    return [found, `as ${user}`];
  }).finally(() => {
    if (signal.aborted) context.output.line(`the decision may have been taken: kiln approvals ${app} --all`);
  });
  if (outcome.kind !== 'counted') {
    throw new UserError(
      `${app} ${shown.version} for ${shown.environment} was not decided by you: ${outcome.reason}`,
      `kiln approvals ${app} --all`,
    );
  }
  if (verb === 'reject' || !outcome.final || options.wait === false) {
    report(approval, verb, context);
    return;
  }
  const { approvalId, environment, version, releaseId, executionArn } = approval;
  await followRollout(
    { app, environment, version, releaseId, executionArn, approvedId: approvalId },
    { ...context, signal },
  );
};
