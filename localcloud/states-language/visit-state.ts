import type { State } from './definition.ts';
import { matchesFailure, StatesFailure } from './failure.ts';
import { notTruncated } from './history-event.ts';
import type { Json, JsonObject } from './json.ts';
import type { Transition } from './outcome.ts';
import { conclude } from './outcome.ts';
import { createRetryPolicy } from './retry.ts';
import type { Branch, Run } from './run.ts';
import { emitInBranch, remember, waitUntil } from './run.ts';
import type { ExitValue } from './state-exit.ts';
import { exitDetails, readExit } from './state-exit.ts';
import type { RunStates } from './run-states.ts';
import { choice } from './states/choice.ts';
import { fail } from './states/fail.ts';
import { map } from './states/map.ts';
import { parallel } from './states/parallel.ts';
import { pass } from './states/pass.ts';
import { succeed } from './states/succeed.ts';
import { task } from './states/task.ts';
import { wait } from './states/wait.ts';
import type { FailureFacts } from './task-events.ts';
import { failureFacts, recordedFailure } from './task-events.ts';
import type { Visit } from './visit.ts';
import { attemptKey } from './visit.ts';

/** Where a branch stands. */
export interface Stop {
  readonly run: Run;
  readonly branch: Branch;
  readonly name: string;
  readonly state: State;
  readonly input: Json;
  /** Number of states that the branch has been in before. */
  readonly index: number;
}

interface FailureRecord extends FailureFacts {
  readonly lastEventId: number;
}

const dispatch = (state: State, visit: Visit, runStates: RunStates): Promise<Transition> => {
  switch (state.Type) {
    case 'Task':
      return task(state, visit);
    case 'Choice':
      return choice(state, visit);
    case 'Wait':
      return wait(state, visit);
    case 'Pass':
      return pass(state, visit);
    case 'Succeed':
      return succeed(state, visit);
    case 'Fail':
      return fail(state, visit);
    case 'Parallel':
      return parallel(state, visit, runStates);
    case 'Map':
      return map(state, visit, runStates);
  }
};

const emitFailure = (visit: Visit, failure: StatesFailure, step: string): void => {
  const { run, branch, type } = visit;
  const base = `${attemptKey(visit)}/${step}`;
  if (failure.evaluation !== undefined) {
    // Seen in recorded histories: for a Map the event follows the one before the state was entered.
    if (type === 'Map') branch.lastEventId = visit.beforeEntered;
    emitInBranch(run, branch, `${base}/evaluation`, 'EvaluationFailed', {
      evaluationFailedEventDetails: {
        error: failure.errorName,
        cause: failure.causeText,
        state: visit.name,
        ...failure.evaluation,
      },
    });
  }
  if (type === 'Map') emitInBranch(run, branch, `${base}/state`, 'MapStateFailed');
  if (type === 'Parallel') emitInBranch(run, branch, `${base}/state`, 'ParallelStateFailed');
};

// An attempt that failed before a restart is not done again: its failure is on record.
const attempt = async (state: State, visit: Visit, runStates: RunStates): Promise<Transition> => {
  const { run, branch } = visit;
  const key = `${attemptKey(visit)}/failure`;
  const known = run.journal.read(key)?.value as FailureRecord | undefined;
  if (known !== undefined) {
    branch.lastEventId = known.lastEventId;
    throw recordedFailure(known);
  }
  try {
    return await dispatch(state, visit, runStates);
  } catch (error) {
    if (!(error instanceof StatesFailure)) throw error;
    emitFailure(visit, error, 'failure');
    const facts = failureFacts(error);
    run.journal.write(key, { value: { ...facts, lastEventId: branch.lastEventId } });
    throw recordedFailure(facts);
  }
};

const recover = async (state: State, visit: Visit, failure: StatesFailure): Promise<Transition> => {
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  const index = catchers.findIndex((rule) => matchesFailure(rule.ErrorEquals, failure));
  const catcher = catchers[index];
  if (catcher === undefined) throw failure;
  const errorOutput: JsonObject = {};
  if (failure.errorName !== undefined) errorOutput['Error'] = failure.errorName;
  if (failure.causeText !== undefined) errorOutput['Cause'] = failure.causeText;
  try {
    return await conclude(visit, catcher, { errorOutput }, errorOutput, catcher.Next, `Catch[${index}]/`);
  } catch (error) {
    if (!(error instanceof StatesFailure)) throw error;
    emitFailure(visit, error, 'catch');
    throw recordedFailure(failureFacts(error));
  }
};

const attempts = async (stop: Stop, first: Visit, runStates: RunStates): Promise<Transition> => {
  const { run, branch, state } = stop;
  const policy = createRetryPolicy('Retry' in state ? state.Retry : []);
  for (let number = 0; ; number += 1) {
    const visit = { ...first, attempt: number };
    try {
      return await attempt(state, visit, runStates);
    } catch (error) {
      if (!(error instanceof StatesFailure)) throw error;
      const delay = policy.nextDelaySeconds(error, () => run.random.fraction());
      if (delay === undefined) return await recover(state, visit, error);
      const until = remember(run, `${attemptKey(visit)}/retryAt`, () => run.clock.now() + delay * 1000);
      await waitUntil(run, until, branch.signal);
    }
  }
};

/** One stay of a branch in a state, with its events, retries and catches. */
export const visitState = async (stop: Stop, runStates: RunStates): Promise<Transition> => {
  const { run, branch, name, state, input } = stop;
  const key = `${branch.path}${stop.index}`;
  const left = run.journal.read(`${key}/exit`);
  if (left?.event !== undefined) {
    const transition = readExit(left.event, left.value as ExitValue);
    branch.lastEventId = left.event.id;
    Object.assign(branch.variables, transition.assigned);
    return transition;
  }
  const beforeEntered = branch.lastEventId;
  branch.currentType = state.Type;
  const enteredEventId = emitInBranch(run, branch, `${key}/enter`, `${state.Type}StateEntered`, {
    stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: notTruncated },
  });
  const enteredAt = run.journal.read(`${key}/enter`)?.event?.timestamp ?? run.clock.now();
  const visit: Visit = {
    run,
    branch,
    name,
    type: state.Type,
    key,
    attempt: 0,
    input,
    enteredEventId,
    enteredTime: new Date(enteredAt).toISOString(),
    beforeEntered,
  };
  const transition = await attempts(stop, visit, runStates);
  if (state.Type !== 'Fail') {
    emitInBranch(
      run,
      branch,
      `${key}/exit`,
      `${state.Type}StateExited`,
      exitDetails(name, transition),
      transition,
    );
  }
  Object.assign(branch.variables, transition.assigned);
  return transition;
};
