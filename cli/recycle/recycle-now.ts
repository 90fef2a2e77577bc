import { randomBytes } from 'node:crypto';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { PlanRecyclingInput } from '#pipeline/recycle/plan-recycling';
import { readFailure } from '#pipeline/release/failure';
import type { CommandContext } from '../command-context.ts';
import { UserError } from '../user-error.ts';
import { readStarted } from './started-executions.ts';

const POLL_MILLISECONDS = 200;

type RecycleDeps = Pick<CommandContext, 'connection' | 'stack' | 'clock'> & { readonly signal: AbortSignal };

const waitForPlan = async (
  executionArn: string,
  { connection, clock, signal }: RecycleDeps,
): Promise<void> => {
  for (;;) {
    signal.throwIfAborted();
    const {
      status,
      error = '',
      cause = '',
    } = await connection.states.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return;
    if (status !== 'RUNNING') {
      const { reason, message } = readFailure(error, cause);
      throw new UserError(`recycling was not planned (${reason}): ${message}`, 'kiln doctor');
    }
    await clock.delay(POLL_MILLISECONDS);
  }
};

/**
 * Has recycling plan now, as its schedule does, and gives the ARNs of the replacements that it started.
 * @throws UserError when it fails
 */
export const recycleNow = async (
  input: PlanRecyclingInput,
  deps: RecycleDeps,
): Promise<{ readonly executionArn: string; readonly replacements: readonly string[] }> => {
  const { executionArn = '' } = await deps.connection.states.send(
    new StartExecutionCommand({
      stateMachineArn: deps.stack.recycleStateMachineArn,
      name: `now-${randomBytes(8).toString('hex')}`,
      input: JSON.stringify(input),
    }),
  );
  await waitForPlan(executionArn, deps);
  return { executionArn, replacements: await readStarted(executionArn, deps.connection) };
};
