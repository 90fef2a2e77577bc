import { ExecutionDoesNotExist, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';

/** One state of an execution, as its history tells it. */
export interface StateRun {
  readonly state: string;
  readonly enteredAt: Date;
  /** Absent while the execution is in it. */
  readonly exitedAt?: Date;
  /** Its work failed, though the machine goes on. */
  readonly failed?: true;
  /** Its work is another execution, whose states are shown instead. */
  readonly isContainer?: true;
  /** It only decides where to go, or is an end: it takes no time. */
  readonly isMark?: true;
  /** The environment that the execution is about, where it is about one. */
  readonly environment?: string;
}

/** How far an execution came. */
export interface ExecutionProgress {
  readonly states: readonly StateRun[];
  /** Executions that it started and waits for. */
  readonly children: readonly string[];
  readonly ended: boolean;
  readonly error?: { readonly name: string; readonly cause: string };
}

const END_TYPES = new Set(['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionTimedOut', 'ExecutionAborted']);

const readHistory = async (executionArn: string, states: SFNClient): Promise<HistoryEvent[] | undefined> => {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  try {
    do {
      const page = await states.send(
        new GetExecutionHistoryCommand({
          executionArn,
          maxResults: 1000,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
};

const childOf = (event: HistoryEvent): string | undefined => {
  const details = event.taskSubmittedEventDetails;
  if (details?.resourceType !== 'states' || details.output === undefined) return undefined;
  return (JSON.parse(details.output) as { ExecutionArn?: string }).ExecutionArn;
};

/** Whether an event says how a state's work ended; the last one before its exit counts. */
const outcomeOf = ({ type }: HistoryEvent): boolean | undefined => {
  if (type === 'TaskSucceeded') return true;
  return /^Task(Failed|TimedOut|StartFailed|SubmitFailed)$/.test(type ?? '') ? false : undefined;
};

/** One that only starts another execution (`startExecution`) does not wait for it. */
const waitsForExecution = ({ taskScheduledEventDetails: details }: HistoryEvent): boolean =>
  details?.resourceType === 'states' && details.resource?.includes('.sync') === true;

interface OpenRun {
  state: string;
  enteredAt: Date;
  exitedAt?: Date;
  failed?: true;
  isContainer?: true;
  isMark?: true;
  environment?: string;
}

/** The environment in the input that the execution was started with. */
const environmentOf = (events: readonly HistoryEvent[]): { readonly environment?: string } => {
  const input = events[0]?.executionStartedEventDetails?.input;
  if (input === undefined) return {};
  const { environment } = JSON.parse(input) as { environment?: unknown };
  return typeof environment === 'string' ? { environment } : {};
};

const MARK_TYPES = new Set(['ChoiceStateEntered', 'SucceedStateEntered', 'FailStateEntered']);

const toStates = (events: readonly HistoryEvent[]): StateRun[] => {
  const runs: OpenRun[] = [];
  const about = environmentOf(events);
  let succeeded = true;
  for (const event of events) {
    const timestamp = event.timestamp ?? new Date(0);
    const entered = event.stateEnteredEventDetails?.name;
    const exited = event.stateExitedEventDetails?.name;
    succeeded = entered === undefined ? (outcomeOf(event) ?? succeeded) : true;
    if (entered !== undefined) {
      const mark = MARK_TYPES.has(event.type ?? '') ? { isMark: true as const } : {};
      runs.push({ state: entered, enteredAt: timestamp, ...mark, ...about });
    }
    const last = runs.at(-1);
    if (last !== undefined && waitsForExecution(event)) last.isContainer = true;
    const open = runs.findLast((run) => run.state === exited && run.exitedAt === undefined);
    if (open === undefined) continue;
    open.exitedAt = timestamp;
    if (!succeeded) open.failed = true;
  }
  return runs;
};

/** Reads how far an execution came; undefined while it does not exist. */
export const readExecutionProgress = async (
  executionArn: string,
  states: SFNClient,
): Promise<ExecutionProgress | undefined> => {
  const events = await readHistory(executionArn, states);
  if (events === undefined) return undefined;
  const end = events.find((event) => END_TYPES.has(event.type ?? ''));
  const failure =
    end?.executionFailedEventDetails ??
    end?.executionTimedOutEventDetails ??
    end?.executionAbortedEventDetails;
  return {
    states: toStates(events),
    children: events.map(childOf).filter((arn) => arn !== undefined),
    ended: end !== undefined,
    ...(failure === undefined ? {} : { error: { name: failure.error ?? '', cause: failure.cause ?? '' } }),
  };
};
