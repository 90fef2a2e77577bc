import type { ChoiceState } from '../definition.ts';
import { StatesFailure } from '../failure.ts';
import type { Transition } from '../outcome.ts';
import { conclude } from '../outcome.ts';
import type { Visit } from '../visit.ts';
import { evaluateTyped } from '../visit.ts';

/** Runs a Choice state: the first rule whose condition is true decides, else `Default`. */
export const choice = async (state: ChoiceState, visit: Visit): Promise<Transition> => {
  for (const [index, rule] of state.Choices.entries()) {
    const field = `Choices[${index}]`;
    const holds = await evaluateTyped<boolean>(visit, rule.Condition, `${field}/Condition`, 'boolean');
    if (holds) return conclude(visit, rule, {}, visit.input, rule.Next, `${field}/`);
  }
  if (state.Default !== undefined) return conclude(visit, state, {}, visit.input, state.Default);
  throw new StatesFailure(
    'States.NoChoiceMatched',
    `An error occurred while executing the state '${visit.name}' (entered at the event id #${visit.enteredEventId}). ` +
      'No choice rule matched and there is no Default.',
  );
};
