import type { RunningStep } from '../live-line.ts';
import type { Output } from '../output.ts';
import type { StateRun } from './execution-states.ts';
import type { Note } from './read-note.ts';
import { stepOf } from './rollout-states.ts';

/** States of an execution on the output, each a step. */
export interface ShownStates {
  /** Shows what is new; `states` holds the earlier ones too. `note` says what the one that runs waits for. */
  update(states: readonly StateRun[], note?: Note): void;
  /** Whatever is not exited now never will be, or goes on unseen. */
  end(how: 'ended' | 'goes-on'): void;
}

const identify = (run: StateRun): string => `${run.environment} ${run.state} ${run.enteredAt.getTime()}`;

const isOpen = (run: StateRun): boolean => run.exitedAt === undefined;

/** Shows states as they are entered and exited, with the seconds that the history says they took. */
export const showStates = (output: Output): ShownStates => {
  const running = new Map<string, RunningStep>();
  const done = new Set<string>();
  /** Shares by environment: known while a rollout is under way, and of use a moment longer. */
  const steps = new Map<string, readonly number[]>();
  const advised = new Set<string>();
  let shownNote = '';

  const placeOf = (run: StateRun, states: readonly StateRun[]): string => {
    const { environment } = run;
    if (environment === undefined) return '';
    const share = steps.get(environment)?.[stepOf(run, states) ?? -1];
    return share === undefined ? environment : `${environment}, ${share} %`;
  };

  const showNote = (states: readonly StateRun[], { text, topic, advice }: Note): void => {
    const run = states.findLast(isOpen);
    if (run === undefined || text === '') return;
    const place = placeOf(run, states);
    const note = place === '' ? text : `${place}: ${text}`;
    if (note !== shownNote) running.get(identify(run))?.detail(note, `${topic} ${identify(run)}`);
    shownNote = note;
    if (advice === undefined || advised.has(place)) return;
    advised.add(place);
    output.line(advice);
  };

  return {
    update: (states, note) => {
      const { environment } = states.findLast(isOpen) ?? {};
      if (environment !== undefined && note?.steps !== undefined) steps.set(environment, note.steps);
      for (const run of states) {
        const id = identify(run);
        if (done.has(id)) continue;
        const step = running.get(id) ?? output.step(run.state);
        running.set(id, step);
        if (run.exitedAt === undefined) continue;
        const seconds = (run.exitedAt.getTime() - run.enteredAt.getTime()) / 1000;
        if (run.failed === true) step.failed(placeOf(run, states), seconds);
        else step.done(placeOf(run, states), seconds);
        running.delete(id);
        done.add(id);
      }
      if (note !== undefined) showNote(states, note);
    },
    end: (how) => {
      for (const step of running.values()) {
        if (how === 'ended') step.failed();
        else step.leave();
      }
      running.clear();
    },
  };
};
