import type * as SFN from '@aws-sdk/client-sfn';
import { maximumDataBytes } from '../../states-language/outcome.ts';
import type { StatesDeps } from './deps.ts';
import { executionAlreadyExists, invalidExecutionInput } from './errors.ts';
import type { ExecutionRecord, Status } from './execution-store.ts';
import { executionArn, requireArn, requireName } from './names.ts';
import { pagePosition, pageSize, pageToken } from './page-token.ts';
import { publishStatus } from './status-event.ts';

// Names can be used again 90 days after the execution has ended, when AWS forgets it.
const keptMilliseconds = 90 * 24 * 3600 * 1000;

const requireInput = (input: string): string => {
  if (Buffer.byteLength(input) > maximumDataBytes) {
    throw invalidExecutionInput(`the input has more than ${maximumDataBytes} bytes`);
  }
  try {
    JSON.parse(input);
  } catch (error) {
    throw invalidExecutionInput((error as Error).message);
  }
  return input;
};

/** Forgets executions that ended more than 90 days ago. */
export const forgetOldExecutions = ({ context, executions }: StatesDeps): void => {
  for (const old of executions.endedBefore(context.clock.now() - keptMilliseconds)) executions.remove(old.id);
};

/** StartExecution: while an execution runs, the same name and input give the same answer. */
export const startExecution = (
  deps: StatesDeps,
  input: SFN.StartExecutionInput,
): SFN.StartExecutionOutput => {
  const { context, machines, executions, runner } = deps;
  const machine = machines.require(requireArn(input.stateMachineArn, 'stateMachine'));
  const name = requireName(input.name ?? context.random.uuid());
  const text = requireInput(input.input ?? '{}');
  const arn = executionArn(machine.arn, name);
  const now = context.clock.now();
  const earlier = executions.find(arn);
  if (earlier !== undefined) {
    if (earlier.status === 'RUNNING' && earlier.input === text) {
      return { executionArn: arn, startDate: new Date(earlier.startedAt) };
    }
    if (earlier.stoppedAt === undefined || earlier.stoppedAt > now - keptMilliseconds)
      throw executionAlreadyExists(arn);
    executions.remove(earlier.id);
  }
  const record = context.store.transaction(() => {
    const inserted = executions.insert({
      arn,
      name,
      machineArn: machine.arn,
      status: 'RUNNING',
      startedAt: now,
      revisionId: machine.revisionId,
      input: text,
    });
    publishStatus(context, inserted);
    return inserted;
  });
  runner.launch(record);
  return { executionArn: arn, startDate: new Date(now) };
};

const redriveFacts = (
  status: Status,
): Pick<SFN.DescribeExecutionOutput, 'redriveCount' | 'redriveStatus' | 'redriveStatusReason'> =>
  status === 'RUNNING' || status === 'SUCCEEDED'
    ? {
        redriveCount: 0,
        redriveStatus: 'NOT_REDRIVABLE',
        redriveStatusReason: `Execution is ${status} and cannot be redriven`,
      }
    : { redriveCount: 0, redriveStatus: 'REDRIVABLE' };

/** DescribeExecution. */
export const describeExecution = (
  { executions }: StatesDeps,
  input: SFN.DescribeExecutionInput,
): SFN.DescribeExecutionOutput => {
  const record = executions.require(requireArn(input.executionArn, 'execution'));
  const withData = input.includedData !== 'METADATA_ONLY';
  return {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: new Date(record.startedAt),
    ...(record.stoppedAt === undefined ? {} : { stopDate: new Date(record.stoppedAt) }),
    ...(withData ? { input: record.input } : {}),
    inputDetails: { included: withData },
    ...(record.output === undefined
      ? {}
      : { ...(withData ? { output: record.output } : {}), outputDetails: { included: withData } }),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.cause === undefined ? {} : { cause: record.cause }),
    ...redriveFacts(record.status),
  };
};

const listItem = (record: ExecutionRecord): SFN.ExecutionListItem => ({
  executionArn: record.arn,
  stateMachineArn: record.machineArn,
  name: record.name,
  status: record.status,
  startDate: new Date(record.startedAt),
  ...(record.stoppedAt === undefined ? {} : { stopDate: new Date(record.stoppedAt) }),
  redriveCount: 0,
});

/** ListExecutions: newest first. */
export const listExecutions = (
  { executions, machines }: StatesDeps,
  input: SFN.ListExecutionsInput,
): SFN.ListExecutionsOutput => {
  const machineArn = requireArn(input.stateMachineArn, 'stateMachine');
  machines.require(machineArn);
  const size = pageSize(input.maxResults);
  const before = pagePosition(input.nextToken);
  const found = executions.list({
    machineArn,
    ...(input.statusFilter === undefined ? {} : { status: input.statusFilter }),
    ...(before === undefined ? {} : { before }),
    limit: size + 1,
  });
  const page = found.slice(0, size);
  const last = page.at(-1);
  return {
    executions: page.map(listItem),
    ...(found.length > size && last !== undefined ? { nextToken: pageToken(last.id) } : {}),
  };
};

/** StopExecution: stopping an ended execution changes nothing. */
export const stopExecution = async (
  { executions, runner }: StatesDeps,
  input: SFN.StopExecutionInput,
): Promise<SFN.StopExecutionOutput> => {
  const arn = requireArn(input.executionArn, 'execution');
  executions.require(arn);
  await runner.stop(arn, input.error, input.cause);
  return { stopDate: new Date(executions.require(arn).stoppedAt ?? 0) };
};
