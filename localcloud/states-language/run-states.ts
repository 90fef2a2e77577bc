import { setImmediate } from 'node:timers/promises';
import type { States } from './definition.ts';
import { BranchAborted, StatesFailure } from './failure.ts';
import type { Json } from './json.ts';
import type { Branch, Run } from './run.ts';
import { visitState } from './visit-state.ts';

/** Runs a line of states from `StartAt` to its end; resolves with its output. */
export type RunStates = (run: Run, branch: Branch, states: States, input: Json) => Promise<Json>;

// A loop of Pass and Choice states never waits for anything: let others have their turn.
const statesPerTurn = 25;

/** Runs a line of states from `StartAt` to its end; resolves with its output. */
export const runStates: RunStates = async (run, branch, states, input) => {
  let name = states.StartAt;
  let current = input;
  for (let index = 0; ; index += 1) {
    if (branch.signal.aborted) throw new BranchAborted();
    if (index % statesPerTurn === statesPerTurn - 1) {
      run.journal.flush();
      await setImmediate();
    }
    const state = states.States[name];
    if (state === undefined) throw new StatesFailure('States.Runtime', `the state '${name}' does not exist`);
    const transition = await visitState({ run, branch, name, state, input: current, index }, runStates);
    if (transition.next === undefined) return transition.output;
    name = transition.next;
    current = transition.output;
  }
};
