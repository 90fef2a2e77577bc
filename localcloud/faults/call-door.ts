import type { CloudContext } from '../cloud-context.ts';
import { AwsError } from '../errors.ts';
import { actorOf } from '../history/history.ts';
import { textsIn } from './created-ids.ts';
import type { CallFault } from './fault-plan.ts';
import type { StruckCall } from './faults.ts';
import type { CallMemory } from './perform-call.ts';
import { ConnectionLostError, performCall } from './perform-call.ts';

/** What came of a call. */
export interface Performed {
  readonly output: object;
  /** For those who put the answer on the wire. */
  readonly faults: readonly CallFault[];
}

/** Where every call of the local cloud goes through, over the wire or from another service. */
export type CallDoor = (call: StruckCall, run: (input: object) => unknown) => Promise<Performed>;

const MOST_IDS = 50;

const idsIn = (...values: readonly object[]): readonly string[] => {
  const ids = new Set<string>();
  for (const text of textsIn(values)) {
    if (/^(?:arn:|[a-z]{1,8}-[\da-f]{8,}$)/.test(text)) ids.add(text);
    if (ids.size >= MOST_IDS) break;
  }
  return [...ids];
};

const outcomeOf = (error: unknown): string => {
  if (error instanceof ConnectionLostError) return 'lost';
  if (error instanceof AwsError) return error.code;
  return error instanceof Error ? error.name : 'Error';
};

/** Makes the door: the fault plan strikes here, and the history is written here. */
export const createCallDoor = (context: CloudContext): CallDoor => {
  const memory: CallMemory = { hidden: new Map(), answers: new Map() };

  const note = (call: StruckCall, outcome: string, faults: readonly CallFault[], output: object): void => {
    const { service, action, input, caller } = call;
    if (!context.history.isOn || caller.kind === 'service') return;
    const names = faults.flatMap((fault) => Object.keys(fault));
    const fault = names.length === 0 ? {} : { fault: names.join(' ') };
    context.history.add(actorOf(caller), {
      kind: 'call',
      service,
      action,
      ids: idsIn(input, output),
      outcome,
      ...fault,
    });
  };

  return async (call, run) => {
    const faults = context.faults.ofCall(call);
    try {
      const output = await performCall(context, memory, call, { faults, run });
      note(call, 'ok', faults, output);
      return { output, faults };
    } catch (error) {
      note(call, outcomeOf(error), faults, {});
      throw error;
    }
  };
};
