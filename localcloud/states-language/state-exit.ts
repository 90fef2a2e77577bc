import type { EventDetails, HistoryEvent } from './history-event.ts';
import { notTruncated } from './history-event.ts';
import type { Json } from './json.ts';
import type { Transition } from './outcome.ts';

/** What an exit's journal entry holds beside its event. */
export interface ExitValue {
  readonly next?: string;
}

/** The details of a `…StateExited` event. */
export const exitDetails = (name: string, { output, assigned }: Transition): EventDetails => ({
  stateExitedEventDetails: {
    name,
    output: JSON.stringify(output),
    outputDetails: notTruncated,
    ...(assigned === undefined
      ? {}
      : {
          assignedVariables: Object.fromEntries(
            Object.entries(assigned).map(([variable, value]) => [variable, JSON.stringify(value)]),
          ),
          assignedVariablesDetails: notTruncated,
        }),
  },
});

/** The transition that a recorded exit stands for. */
export const readExit = (event: HistoryEvent, { next }: ExitValue): Transition => {
  const details = event.stateExitedEventDetails;
  const assigned = details?.assignedVariables;
  return {
    output: JSON.parse(details?.output ?? 'null') as Json,
    ...(next === undefined ? {} : { next }),
    ...(assigned === undefined
      ? {}
      : {
          assigned: Object.fromEntries(
            Object.entries(assigned).map(([variable, text]) => [variable, JSON.parse(text) as Json]),
          ),
        }),
  };
};
