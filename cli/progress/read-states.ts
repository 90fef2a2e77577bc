import type { SFNClient } from '@aws-sdk/client-sfn';
import { readExecutionProgress } from './execution-states.ts';
import type { ExecutionProgress, StateRun } from './execution-states.ts';

/** An execution and all those it started, as one list of states in order. */
export interface StatesOfExecution extends Pick<ExecutionProgress, 'ended' | 'error'> {
  readonly states: readonly StateRun[];
}

const readAll = async (arn: string, client: SFNClient): Promise<readonly ExecutionProgress[] | undefined> => {
  const progress = await readExecutionProgress(arn, client);
  if (progress === undefined) return undefined;
  const children = await Promise.all(progress.children.map((child) => readAll(child, client)));
  return [progress, ...children.flatMap((child) => child ?? [])];
};

/** The Map state around the rollouts of a release has no work of its own. */
const hasNoWork = (run: StateRun): boolean =>
  run.isContainer === true || run.isMark === true || run.state.startsWith('RolloutEnvironment');

/** Reads how far an execution and those it started came, by the states that do something; undefined while it does not exist. */
export const readStates = async (
  executionArn: string,
  client: SFNClient,
): Promise<StatesOfExecution | undefined> => {
  const [own, ...others] = (await readAll(executionArn, client)) ?? [];
  if (own === undefined) return undefined;
  const states = [own, ...others].flatMap((execution) => execution.states).filter((run) => !hasNoWork(run));
  return {
    ended: own.ended,
    ...(own.error === undefined ? {} : { error: own.error }),
    states: states.toSorted((a, b) => a.enteredAt.getTime() - b.enteredAt.getTime()),
  };
};
