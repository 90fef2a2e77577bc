import { randomBytes } from 'node:crypto';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Connection } from '../connection.ts';

/** An execution to be started on somebody's word. */
export interface ExecutionToStart {
  readonly stateMachineArn: string;
  readonly kind: 'promotion' | 'rollback' | 'drill';
  readonly input: { readonly app: string; readonly environment: string } & Readonly<Record<string, string>>;
}

/**
 * The execution's name, another one for each call. At most 80 characters (AWS-FACTS 4.8): an app has at most 40, an
 * environment at most 20.
 */
export const executionName = ({ kind, input }: Pick<ExecutionToStart, 'kind' | 'input'>): string =>
  `${input.app}-${input.environment}-${kind}-${randomBytes(4).toString('hex')}`;

/** Starts the execution and gives its ARN. */
export const startExecution = async (
  execution: ExecutionToStart,
  { states }: Pick<Connection, 'states'>,
): Promise<string> => {
  const { executionArn = '' } = await states.send(
    new StartExecutionCommand({
      stateMachineArn: execution.stateMachineArn,
      name: executionName(execution),
      input: JSON.stringify(execution.input),
    }),
  );
  return executionArn;
};
