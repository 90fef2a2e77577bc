import { paginateGetExecutionHistory } from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Connection } from '../connection.ts';

const startedBy = ({ taskSucceededEventDetails: details }: HistoryEvent): string | undefined => {
  if (details?.resourceType !== 'states' || details.output === undefined) return undefined;
  return (JSON.parse(details.output) as { ExecutionArn?: string }).ExecutionArn;
};

/** ARNs of the executions that an execution started and does not wait for, as its history tells. */
export const readStarted = async (
  executionArn: string,
  { states }: Pick<Connection, 'states'>,
): Promise<readonly string[]> => {
  const started: string[] = [];
  const pages = paginateGetExecutionHistory({ client: states }, { executionArn, maxResults: 1000 });
  for await (const { events = [] } of pages)
    started.push(...events.map(startedBy).filter((arn) => arn !== undefined));
  return started;
};
