import type { SucceedState } from '../definition.ts';
import type { Transition } from '../outcome.ts';
import { conclude } from '../outcome.ts';
import type { Visit } from '../visit.ts';

/** Runs a Succeed state. */
export const succeed = (state: SucceedState, visit: Visit): Promise<Transition> =>
  conclude(visit, state, {}, visit.input, undefined);
