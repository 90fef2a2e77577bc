import type { FailState } from '../definition.ts';
import { StatesFailure } from '../failure.ts';
import type { Visit } from '../visit.ts';
import { evaluateTyped } from '../visit.ts';

/** Runs a Fail state: always ends in a failure. */
export const fail = async (state: FailState, visit: Visit): Promise<never> => {
  const field = async (name: 'Error' | 'Cause'): Promise<string | undefined> => {
    const template = state[name];
    return template === undefined ? undefined : evaluateTyped<string>(visit, template, name, 'string');
  };
  throw new StatesFailure(await field('Error'), await field('Cause'));
};
