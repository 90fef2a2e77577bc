import { emitAborted } from '../abort-events.ts';
import type { MapState } from '../definition.ts';
import { BranchAborted, StatesFailure } from '../failure.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Transition } from '../outcome.ts';
import { conclude } from '../outcome.ts';
import type { Branch } from '../run.ts';
import { emit, emitInBranch } from '../run.ts';
import { runGroup } from '../run-group.ts';
import type { RunStates } from '../run-states.ts';
import type { Visit } from '../visit.ts';
import { attemptKey, evaluateCount, evaluateField, evaluateTyped, evaluationFailure } from '../visit.ts';

// Inline maps run at most 40 iterations at once: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
const mostConcurrent = 40;

const itemsOf = async (state: MapState, visit: Visit): Promise<Json[]> => {
  if (state.Items !== undefined) return evaluateTyped<Json[]>(visit, state.Items, 'Items', 'array');
  if (Array.isArray(visit.input)) return visit.input;
  throw evaluationFailure(visit, `Map state input must be an array but was: ${JSON.stringify(visit.input)}`);
};

const tolerated = async (state: MapState, visit: Visit, items: number): Promise<number> => {
  const { ToleratedFailureCount: count, ToleratedFailurePercentage: percentage } = state;
  const most: number[] = [];
  if (count !== undefined) most.push(await evaluateCount(visit, count, 'ToleratedFailureCount'));
  if (percentage !== undefined) {
    const share = await evaluateTyped<number>(visit, percentage, 'ToleratedFailurePercentage', 'number');
    most.push(Math.floor((items * share) / 100));
  }
  return most.length === 0 ? 0 : Math.min(...most);
};

interface Work {
  readonly state: MapState;
  readonly visit: Visit;
  readonly items: readonly Json[];
  readonly runStates: RunStates;
}

const iterate = async (
  { state, visit, items, runStates }: Work,
  index: number,
  slot: Branch,
): Promise<Json> => {
  const { run } = visit;
  const base = `${attemptKey(visit)}/item${index}`;
  const details = { index, name: visit.name };
  const item = items[index] ?? null;
  const mapItem = { index, value: item };
  const input =
    state.ItemSelector === undefined
      ? item
      : await evaluateField(visit, state.ItemSelector, 'ItemSelector', { mapItem });
  const context: JsonObject = { Item: { Index: index, Value: item } };
  emitInBranch(run, slot, `${base}/started`, 'MapIterationStarted', {
    mapIterationStartedEventDetails: details,
  });
  const line: Branch = {
    ...slot,
    path: `${base}/`,
    variables: Object.create(slot.variables) as Record<string, Json>,
    mapContext: context,
  };
  try {
    return await runStates(run, line, state.ItemProcessor, input);
  } catch (error) {
    if (slot.signal.aborted && slot.signal.reason instanceof BranchAborted) {
      const cause = slot.lastEventId;
      emitAborted(run, line, cause);
      emit(run, `${base}/aborted`, 'MapIterationAborted', cause, {
        mapIterationAbortedEventDetails: details,
      });
    } else if (error instanceof StatesFailure && !slot.signal.aborted) {
      emit(run, `${base}/failed`, 'MapIterationFailed', line.lastEventId, {
        mapIterationFailedEventDetails: details,
      });
    }
    throw error;
  } finally {
    slot.lastEventId = line.lastEventId;
  }
};

/** Runs a Map state inline: one branch for each item, so many at once as `MaxConcurrency` allows. */
export const map = async (state: MapState, visit: Visit, runStates: RunStates): Promise<Transition> => {
  const { run, branch } = visit;
  const base = attemptKey(visit);
  const items = await itemsOf(state, visit);
  const mayFail = await tolerated(state, visit, items.length);
  const wanted =
    state.MaxConcurrency === undefined
      ? 0
      : await evaluateCount(visit, state.MaxConcurrency, 'MaxConcurrency');
  const startedId = emitInBranch(run, branch, `${base}/started`, 'MapStateStarted', {
    mapStateStartedEventDetails: { length: items.length },
  });

  const outputs = new Map<number, Json>();
  let next = 0;
  let failures = 0;
  let lastEventId = startedId;
  const worker = async (signal: AbortSignal): Promise<void> => {
    const slot: Branch = { ...branch, signal, lastEventId: startedId };
    while (next < items.length && !signal.aborted) {
      const index = next;
      next += 1;
      const doneKey = `${base}/item${index}/done`;
      const done = run.journal.read(doneKey);
      try {
        const output =
          done === undefined
            ? await iterate({ state, visit, items, runStates }, index, slot)
            : (done.value as Json);
        outputs.set(index, output);
        lastEventId = emit(
          run,
          doneKey,
          'MapIterationSucceeded',
          slot.lastEventId,
          { mapIterationSucceededEventDetails: { index, name: visit.name } },
          output,
        );
      } catch (error) {
        if (!(error instanceof StatesFailure) || signal.aborted) throw error;
        failures += 1;
        lastEventId = slot.lastEventId;
        if (failures <= mayFail) continue;
        branch.lastEventId = slot.lastEventId;
        throw mayFail === 0
          ? error
          : new StatesFailure(
              'States.ExceedToleratedFailureThreshold',
              'The specified tolerated failure threshold was exceeded',
            );
      }
    }
  };
  const slots = Math.min(items.length, wanted === 0 ? mostConcurrent : Math.min(wanted, mostConcurrent));
  const { failure } = await runGroup(
    branch.signal,
    Array.from({ length: slots }, () => worker),
  );
  if (failure !== undefined) throw failure;

  branch.lastEventId = lastEventId;
  // AWS hangs both MapStateSucceeded and MapStateExited on the last iteration's event.
  emit(run, `${base}/succeeded`, 'MapStateSucceeded', lastEventId);
  const result = [...outputs.entries()].toSorted(([a], [b]) => a - b).map(([, output]) => output);
  return conclude(visit, state, { result }, result, state.Next);
};
