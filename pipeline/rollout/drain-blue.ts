import type { Rollout } from '../model.ts';
import { drainGroup } from './drain-group.ts';
import type { DrainGroupDeps } from './drain-group.ts';

/**
 * Takes blue's machines out of the balancer and looks whether their last requests are done.
 * @throws TargetsStillDrainingError to be called again
 */
export const drainBlue = async (
  { rollout }: { readonly rollout: Rollout },
  deps: DrainGroupDeps,
): Promise<{ readonly drained: boolean }> => {
  if (rollout.blue === undefined) return { drained: false };
  await drainGroup(rollout.blue, deps);
  return { drained: true };
};
