import type { Rollout } from '../model.ts';
import type { RolloutProgress } from './rollout-progress.ts';
import { updateEnvironment } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { weightAt } from './strategy.ts';

/** What people see of a rollout; written only when it changes. */
export const recordProgress = async (
  rollout: Rollout,
  found: Pick<RolloutProgress, 'phase' | 'note' | 'deadline' | 'missingRequests'>,
  deps: EnvironmentRecordDeps,
): Promise<boolean> => {
  const { release, environment, executionArn, step, strategy } = rollout;
  let changed = false;
  await updateEnvironment(environment, release.app, deps, (record) => {
    const before = record.progress;
    changed =
      record.lease?.executionArn === executionArn &&
      (before?.phase !== found.phase || before.note !== found.note || before.step !== step);
    if (!changed) return undefined;
    const progress: RolloutProgress = {
      releaseId: release.releaseId,
      version: release.version,
      step,
      steps: strategy.steps.map(({ weight }) => weight),
      weight: found.phase === 'launching' && step === 0 ? 0 : weightAt(strategy, step),
      at: deps.clock.now().toISOString(),
      ...found,
    };
    return { ...record, progress };
  });
  return changed;
};
