import type { RunningStep } from '../live-line.ts';
import type { Output } from '../output.ts';
import type { StateRun } from './execution-states.ts';

/** States of an execution on the output, each a step. */
export interface ShownStates {
  /** Shows what is new; `states` holds the earlier ones too. */
  update(states: readonly StateRun[]): void;
  /** Whatever is not exited now never will be. */
  end(): void;
}

const identify = (run: StateRun): string => `${run.state} ${run.enteredAt.getTime()}`;

/** Shows states as they are entered and exited, with the seconds that the history says they took. */
export const showStates = (output: Output): ShownStates => {
  const running = new Map<string, RunningStep>();
  const done = new Set<string>();
  return {
    update: (states) => {
      for (const run of states) {
        const id = identify(run);
        if (done.has(id)) continue;
        const step = running.get(id) ?? output.step(run.state);
        running.set(id, step);
        if (run.exitedAt === undefined) continue;
        const seconds = (run.exitedAt.getTime() - run.enteredAt.getTime()) / 1000;
        if (run.failed === true) step.failed('', seconds);
        else step.done('', seconds);
        running.delete(id);
        done.add(id);
      }
    },
    end: () => {
      for (const step of running.values()) step.failed();
      running.clear();
    },
  };
};
