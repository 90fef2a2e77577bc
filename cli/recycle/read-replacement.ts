import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { ExecutionStatus, HistoryEvent } from '@aws-sdk/client-sfn';
import type { InstanceInZone } from '#pipeline/model';
import { readFailure } from '#pipeline/release/failure';
import type { Failure } from '#pipeline/release/failure';
import type { Connection } from '../connection.ts';

/** What the states of a replacement hand on, as far as people are shown it. */
export interface BatchShown {
  readonly environment: string;
  readonly app: string;
  readonly retire: readonly InstanceInZone[];
  readonly launched?: readonly InstanceInZone[];
  /** Machines replaced before this batch. */
  readonly replaced?: number;
}

/** How far a replacement of a group's machines came. */
export interface ReplacementNow {
  readonly executionArn: string;
  readonly status: ExecutionStatus;
  /** The state that it entered last; empty before the first. */
  readonly state: string;
  readonly batch: BatchShown;
  /** Once it has failed. */
  readonly failure?: Failure;
}

/** The most that a call gives; a state that is tried again for an hour adds some 300. */
const NEWEST_EVENTS = 1000;

const isBatch = (value: unknown): value is BatchShown =>
  typeof value === 'object' && value !== null && 'retire' in value && 'app' in value;

/** The batch that a state was entered with: what RetireInstances planned is the input itself, else it is within. */
const batchOf = ({ stateEnteredEventDetails: details }: HistoryEvent): BatchShown | undefined => {
  const input = JSON.parse(details?.input ?? 'null') as { readonly batch?: unknown } | null;
  if (isBatch(input)) return input;
  return isBatch(input?.batch) ? input.batch : undefined;
};

/** Reads how far a replacement came: its newest state and the batch that it is about. */
export const readReplacement = async (
  executionArn: string,
  { states }: Pick<Connection, 'states'>,
): Promise<ReplacementNow> => {
  const execution = await states.send(new DescribeExecutionCommand({ executionArn }));
  const { events = [] } = await states.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: NEWEST_EVENTS }),
  );
  const entries = events.filter(({ stateEnteredEventDetails: details }) => details !== undefined);
  const { status = 'RUNNING', error = '', cause = '' } = execution;
  const order = JSON.parse(execution.input ?? '{}') as BatchShown;
  const batch = entries.map(batchOf).find((found) => found !== undefined) ?? order;
  return {
    executionArn,
    status,
    state: entries[0]?.stateEnteredEventDetails?.name ?? '',
    batch,
    ...(status === 'RUNNING' || status === 'SUCCEEDED' ? {} : { failure: readFailure(error, cause) }),
  };
};
