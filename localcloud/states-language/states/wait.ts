import type { WaitState } from '../definition.ts';
import type { Transition } from '../outcome.ts';
import { conclude } from '../outcome.ts';
import { remember, waitUntil } from '../run.ts';
import type { Visit } from '../visit.ts';
import { attemptKey, evaluateCount, evaluateTyped, evaluationFailure } from '../visit.ts';

const timestampForm = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch of an ISO 8601 time with an offset; undefined when it is no such time. */
const parseTimestamp = (text: string): number | undefined => {
  const parts = timestampForm.exec(text);
  if (parts === null) return undefined;
  const [month, day, hour] = [Number(parts[2]), Number(parts[3]), Number(parts[4])];
  // Date.parse rolls 2016-02-30 over into March and takes hour 24.
  const daysInMonth = new Date(Date.UTC(Number(parts[1]), month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth || hour > 23) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
};

const deadline = async (state: WaitState, visit: Visit): Promise<number> => {
  if (state.Seconds !== undefined) {
    return visit.run.clock.now() + 1000 * (await evaluateCount(visit, state.Seconds, 'Seconds'));
  }
  const text = await evaluateTyped<string>(visit, state.Timestamp ?? '', 'Timestamp', 'string');
  const time = parseTimestamp(text);
  if (time !== undefined) return time;
  throw evaluationFailure(
    visit,
    `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
    'Timestamp',
  );
};

/** Runs a Wait state; the deadline is kept over restarts. */
export const wait = async (state: WaitState, visit: Visit): Promise<Transition> => {
  const key = `${attemptKey(visit)}/until`;
  const known = visit.run.journal.read(key)?.value as number | undefined;
  const until = known ?? (await deadline(state, visit));
  await waitUntil(
    visit.run,
    remember(visit.run, key, () => until),
    visit.branch.signal,
  );
  return conclude(visit, state, {}, visit.input, state.Next);
};
