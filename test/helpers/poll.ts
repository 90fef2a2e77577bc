import { setTimeout as pause } from 'node:timers/promises';

const INTERVAL_MS = 20;
/** What takes seconds is asked for less often: questions to a busy host delay the answer. */
const LONGEST_INTERVAL_MS = 100;
const GROWTH = 1.1;

/** Asks again until there is an answer; fails after `timeoutMs` with what `describe` says. */
export async function poll<Answer>(
  ask: () => Answer | undefined | Promise<Answer | undefined>,
  timeoutMs: number,
  describe: () => string,
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  for (let interval = INTERVAL_MS; ; interval = Math.min(LONGEST_INTERVAL_MS, interval * GROWTH)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline)
      throw new Error(`no answer within ${timeoutMs / 1000} s: ${describe()}`);
    await pause(interval);
  }
}
