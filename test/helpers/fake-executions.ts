import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { ExecutionStatus, HistoryEvent } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';

interface FakeExecution {
  status: ExecutionStatus;
  readonly events: HistoryEvent[];
}

/** What an execution was told: its approvers, or the name of the error. */
export interface Told {
  readonly executionArn: string;
  readonly approvedBy?: readonly string[];
  readonly error?: string;
  readonly cause?: string;
}

/** Executions that wait for tokens, as Step Functions has them: a token is taken once, while its task waits. */
export interface FakeExecutions {
  readonly client: SFNClient;
  /** What was taken. */
  readonly told: Told[];
  /** Calls that answer a token, also those that were not taken. */
  calls: number;
  /** How a call fails: before it has an effect, or with its effect but without a reply. */
  failure: 'before' | 'after' | undefined;
  /** The execution runs, and waits for nobody yet. */
  starts(executionArn: string): void;
  /** The execution waits for this token. */
  waits(executionArn: string, token: string): void;
  timeOut(executionArn: string): void;
  stop(executionArn: string): void;
  /** Step Functions keeps an execution for 90 days after its end. */
  forget(executionArn: string): void;
  /** Happens between a question for an execution and the answer. */
  onDescribe: (() => Promise<void>) | undefined;
}

const details = { resourceType: 'events', resource: 'putEvents.waitForTaskToken' };

/** Makes them; there are none before one starts or waits. */
export const fakeExecutions = (): FakeExecutions => {
  const executions = new Map<string, FakeExecution>();
  const tokens = new Map<string, string>();
  const client = new SFNClient({ region: 'eu-central-1' });

  const find = (executionArn: string): FakeExecution => {
    const execution = executions.get(executionArn);
    if (execution === undefined) throw new ExecutionDoesNotExist({ message: executionArn, $metadata: {} });
    return execution;
  };
  const note = (executionArn: string, type: HistoryEvent['type'], more: Partial<HistoryEvent> = {}): void => {
    const execution = executions.get(executionArn) ?? { status: 'RUNNING', events: [] };
    executions.set(executionArn, execution);
    execution.events.push({ id: execution.events.length + 1, timestamp: new Date(0), type, ...more });
  };
  const closeTokens = (executionArn: string): void => {
    for (const [token, owner] of tokens) if (owner === executionArn) tokens.delete(token);
  };

  const fake: FakeExecutions = {
    client,
    told: [],
    calls: 0,
    failure: undefined,
    starts: (executionArn) => {
      if (!executions.has(executionArn)) note(executionArn, 'ExecutionStarted');
    },
    waits: (executionArn, token) => {
      note(executionArn, 'TaskSubmitted', { taskSubmittedEventDetails: details });
      tokens.set(token, executionArn);
    },
    timeOut: (executionArn) => {
      closeTokens(executionArn);
      const taskTimedOutEventDetails = { ...details, error: 'States.Timeout' };
      note(executionArn, 'TaskTimedOut', { taskTimedOutEventDetails });
    },
    stop: (executionArn) => {
      closeTokens(executionArn);
      note(executionArn, 'ExecutionAborted');
      find(executionArn).status = 'ABORTED';
    },
    forget: (executionArn) => {
      closeTokens(executionArn);
      executions.delete(executionArn);
    },
    onDescribe: undefined,
  };

  const answer = (token: string, said: Omit<Told, 'executionArn'>): void => {
    fake.calls += 1;
    if (fake.failure === 'before') throw new Error('throttled');
    const executionArn = tokens.get(token);
    if (executionArn === undefined)
      throw new TaskTimedOut({ message: 'no such task any more', $metadata: {} });
    tokens.delete(token);
    fake.told.push({ executionArn, ...said });
    if (said.error === undefined) note(executionArn, 'TaskSucceeded', { taskSucceededEventDetails: details });
    else note(executionArn, 'TaskFailed', { taskFailedEventDetails: { ...details, error: said.error } });
    if (fake.failure === 'after') throw new Error('connection reset');
  };

  mockClient(client)
    .on(SendTaskSuccessCommand)
    .callsFake(({ taskToken, output }: { taskToken: string; output: string }) => {
      answer(taskToken, JSON.parse(output) as Pick<Told, 'approvedBy'>);
    })
    .on(SendTaskFailureCommand)
    .callsFake(({ taskToken, error, cause }: { taskToken: string; error: string; cause: string }) => {
      answer(taskToken, { error, cause });
    })
    .on(DescribeExecutionCommand)
    .callsFake(async ({ executionArn }: { executionArn: string }) => {
      await fake.onDescribe?.();
      return { status: find(executionArn).status };
    })
    .on(GetExecutionHistoryCommand)
    .callsFake(({ executionArn }: { executionArn: string }) => ({
      events: find(executionArn).events.toReversed(),
    }));
  return fake;
};
