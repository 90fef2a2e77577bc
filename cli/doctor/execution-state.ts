import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { Connection } from '../connection.ts';

/** What Step Functions says of an execution; `GONE`: it has forgotten it, or never knew it. */
export type ExecutionState = ExecutionStatus | 'GONE';

/** Why an execution no longer runs, in words. */
export const endOf = (state: ExecutionState): string =>
  ({
    RUNNING: 'runs',
    SUCCEEDED: 'has ended',
    FAILED: 'failed',
    TIMED_OUT: 'ran out of time',
    ABORTED: 'was stopped',
    PENDING_REDRIVE: 'is to be driven again',
    GONE: 'is no longer known',
  })[state];

/** Reads the state of an execution. */
export const readExecutionState = async (
  executionArn: string,
  { states }: Pick<Connection, 'states'>,
): Promise<ExecutionState> => {
  try {
    const { status } = await states.send(new DescribeExecutionCommand({ executionArn }));
    return status ?? 'GONE';
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return 'GONE';
    throw error;
  }
};
