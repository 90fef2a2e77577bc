import { emitAborted } from '../abort-events.ts';
import type { ParallelState } from '../definition.ts';
import type { Json } from '../json.ts';
import type { Transition } from '../outcome.ts';
import { conclude } from '../outcome.ts';
import type { Branch } from '../run.ts';
import { emit, emitInBranch } from '../run.ts';
import { runGroup } from '../run-group.ts';
import type { RunStates } from '../run-states.ts';
import type { Visit } from '../visit.ts';
import { attemptKey, evaluateField } from '../visit.ts';

/** Runs a Parallel state: all branches get the same input; the result is the array of their outputs. */
export const parallel = async (
  state: ParallelState,
  visit: Visit,
  runStates: RunStates,
): Promise<Transition> => {
  const { run, branch } = visit;
  const base = attemptKey(visit);
  const input =
    state.Arguments === undefined ? visit.input : await evaluateField(visit, state.Arguments, 'Arguments');
  const startedId = emitInBranch(run, branch, `${base}/started`, 'ParallelStateStarted');

  const outputs: Json[] = Array.from({ length: state.Branches.length }, () => null);
  const lines: Branch[] = [];
  let failedLine: Branch | undefined;
  let lastEventId = startedId;
  const { failure } = await runGroup(
    branch.signal,
    state.Branches.map((states, index) => async (signal: AbortSignal) => {
      const line: Branch = {
        ...branch,
        path: `${base}/branch${index}/`,
        signal,
        variables: Object.create(branch.variables) as Record<string, Json>,
        lastEventId: startedId,
      };
      lines.push(line);
      try {
        outputs[index] = await runStates(run, line, states, input);
        lastEventId = line.lastEventId;
      } catch (error) {
        if (!signal.aborted) failedLine = line;
        throw error;
      }
    }),
  );
  if (failure !== undefined) {
    branch.lastEventId = failedLine?.lastEventId ?? startedId;
    for (const line of lines) {
      if (line !== failedLine) emitAborted(run, line, branch.lastEventId);
    }
    throw failure;
  }
  branch.lastEventId = lastEventId;
  // AWS hangs both ParallelStateSucceeded and ParallelStateExited on the last branch event.
  emit(run, `${base}/succeeded`, 'ParallelStateSucceeded', lastEventId);
  return conclude(visit, state, { result: outputs }, outputs, state.Next);
};
