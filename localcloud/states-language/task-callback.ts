import { StatesFailure } from './failure.ts';
import type { Json } from './json.ts';
import { raceDeadline, timedOut } from './race.ts';
import type { Schedule } from './task-events.ts';
import type { Visit } from './visit.ts';

/** Waits for the answer to a task's token, within its time-out and from heartbeat to heartbeat. */
export const awaitCallback = async (visit: Visit, plan: Schedule, startedAt: number): Promise<Json> => {
  const { run, branch } = visit;
  const token = plan.token ?? '';
  const deadline = plan.timeoutSeconds === undefined ? Infinity : startedAt + plan.timeoutSeconds * 1000;
  const beatDue = (): number =>
    plan.heartbeatSeconds === undefined
      ? Infinity
      : (run.callbacks.lastHeartbeat(token) ?? startedAt) + plan.heartbeatSeconds * 1000;

  for (;;) {
    const until = Math.min(deadline, beatDue());
    const answer = await raceDeadline(run, branch.signal, until === Infinity ? undefined : until, (signal) =>
      run.callbacks.answer(token, signal),
    );
    if (answer !== timedOut) {
      if ('output' in answer) return answer.output;
      throw new StatesFailure(answer.error, answer.cause);
    }
    // By what was waited for, not by the clock: somebody may have set it.
    if (until === deadline) throw new StatesFailure('States.Timeout', undefined);
    if (beatDue() <= until) {
      throw new StatesFailure('States.Timeout', undefined, { alsoKnownAs: ['States.HeartbeatTimeout'] });
    }
  }
};
