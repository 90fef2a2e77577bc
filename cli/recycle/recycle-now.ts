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
): Promise<string> => {
  for (;;) {
    signal.throwIfAborted();
    const {
      status,
      error = '',
      cause = '',
      output = '[]',
    } = await connection.states.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return output;
    if (status !== 'RUNNING') {
      const { reason, message } = readFailure(error, cause);
      throw new UserError(`recycling was not planned (${reason}): ${message}`, 'kiln doctor');
    }
    await clock.delay(POLL_MILLISECONDS);
  }
};

/** What the state machine says of each replacement that was planned: `recycle.asl.yml`, StartReplacements. */
type StartedReplacement = { readonly started: boolean };

/** What a request came to. */
export interface RecyclingRequested {
  readonly executionArn: string;
  /** ARNs of the replacements that it started. */
  readonly replacements: readonly string[];
  /** How many were planned that Step Functions did not start. */
  readonly notStarted: number;
}

/**
 * Has recycling plan now, as its schedule does, and start what it planned.
 * @throws UserError when it fails
 */
export const recycleNow = async (
  input: PlanRecyclingInput,
  deps: RecycleDeps,
): Promise<RecyclingRequested> => {
  const requestId = `now-${randomBytes(8).toString('hex')}`;
  const { executionArn = '' } = await deps.connection.states.send(
    new StartExecutionCommand({
      stateMachineArn: deps.stack.recycleStateMachineArn,
      name: requestId,
      input: JSON.stringify({ ...input, requestId }),
    }),
  );
  const planned = JSON.parse(await waitForPlan(executionArn, deps)) as readonly StartedReplacement[];
  return {
    executionArn,
    replacements: await readStarted(executionArn, deps.connection),
    notStarted: planned.filter(({ started }) => !started).length,
  };
};
