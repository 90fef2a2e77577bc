import type { PassState } from '../definition.ts';
import type { Transition } from '../outcome.ts';
import { conclude } from '../outcome.ts';
import type { Visit } from '../visit.ts';

/** Runs a Pass state. */
export const pass = (state: PassState, visit: Visit): Promise<Transition> =>
  conclude(visit, state, {}, visit.input, state.Next);
