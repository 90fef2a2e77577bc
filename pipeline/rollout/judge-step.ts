import type { Announce } from '../announce.ts';
import { poll } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { StepInconclusiveError, StepUndecidedError } from '../errors.ts';
import type { Rollout } from '../model.ts';
import { checkOrders, looksAt } from './look-at-step.ts';
import type { LookAtStepDeps } from './look-at-step.ts';
import { recordProgress } from './record-progress.ts';
import { weightAt } from './strategy.ts';

/** A rollback that somebody wants is obeyed that soon, also between two looks. */
const OBEY_MILLISECONDS = 1000;
/** One call looks this long before it asks to be called again. */
const LOOK_MILLISECONDS = 1000;
const LONGEST_LOOK_MILLISECONDS = 5000;
const LOOKING_MILLISECONDS = 20_000;

export interface JudgeStepDeps extends LookAtStepDeps {
  readonly announce: Announce;
}

/** The time until the next look: only the record is read in it, which costs no call of a control plane. */
const obedient = (rollout: Rollout, deps: JudgeStepDeps): Clock => ({
  now: () => deps.clock.now(),
  delay: async (milliseconds) => {
    let left = milliseconds;
    for (; left > OBEY_MILLISECONDS; left -= OBEY_MILLISECONDS) {
      await deps.clock.delay(OBEY_MILLISECONDS);
      await checkOrders(rollout, deps);
    }
    await deps.clock.delay(left);
  },
});

/**
 * Looks at a step until it passes: the pause is over, no alarm is on, the rule shows the weights that were set and green
 * does no worse than blue.
 * @throws StepUndecidedError to be called again, StepJudgedBadError, StepInconclusiveError at the deadline,
 * AlarmActiveError, RuleOccupiedError, RolloutAbortedError
 */
export const judgeStep = async (
  { rollout }: { readonly rollout: Rollout },
  deps: JudgeStepDeps,
): Promise<{ readonly rollout: Rollout; readonly more: boolean }> => {
  const { release, environment, strategy, step, stepStartedAt } = rollout;
  const { deadlineSeconds, steps } = strategy;
  const pauseSeconds = steps[step]?.pauseSeconds ?? 0;
  const startedAt = Date.parse(stepStartedAt ?? deps.clock.now().toISOString());
  const pauseUntil = startedAt + pauseSeconds * 1000;
  const deadline = pauseUntil + deadlineSeconds * 1000;
  const look = looksAt(rollout, pauseUntil, deps);
  let note = '';
  const elapsed = deps.clock.now().getTime() - startedAt;
  const passed = await poll(
    obedient(rollout, deps),
    {
      // A later call goes on with the interval of the one before.
      intervalMilliseconds: Math.min(LONGEST_LOOK_MILLISECONDS, Math.max(LOOK_MILLISECONDS, elapsed / 4)),
      longestMilliseconds: LONGEST_LOOK_MILLISECONDS,
      timeoutMilliseconds: LOOKING_MILLISECONDS,
    },
    async () => {
      const finding = await look();
      if (finding.passed) return finding;
      ({ note } = finding);
      const now = deps.clock.now().getTime();
      if (now >= deadline) {
        const seconds = pauseSeconds + deadlineSeconds;
        throw new StepInconclusiveError(release.releaseId, weightAt(strategy, step), seconds, note);
      }
      const phase = now < pauseUntil ? 'judging' : 'holding';
      const { passed: _not, ...waiting } = finding;
      const news = await recordProgress(
        rollout,
        { phase, ...waiting, deadline: new Date(deadline).toISOString() },
        deps,
      );
      if (news && phase === 'holding')
        await deps.announce('rollout.holding', {
          ...release,
          environment,
          weight: weightAt(strategy, step),
          note,
        });
      return undefined;
    },
  );
  if (passed === undefined) throw new StepUndecidedError(note);
  const more = step + 1 < steps.length;
  const { stepCounts = rollout.stepCounts } = passed;
  return {
    rollout: more
      ? { ...rollout, step: step + 1, ...(stepCounts === undefined ? {} : { stepCounts }) }
      : rollout,
    more,
  };
};
