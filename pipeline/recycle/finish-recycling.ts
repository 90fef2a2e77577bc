import type { Announce } from '../announce.ts';
import { giveBudgetBack } from '../disruption/budget.ts';
import { applySwitch } from '../environments/apply-switch.ts';
import type { ApplySwitchDeps } from '../environments/apply-switch.ts';
import type { Logger } from '../log.ts';
import { withoutLease, withoutRecycling } from '../rollout/lease.ts';
import { updateHeld } from './hold-lease.ts';
import type { Recycler } from './hold-lease.ts';

export interface FinishRecyclingDeps extends ApplySwitchDeps {
  readonly announce: Announce;
  readonly log: Logger;
}

/** What an execution did until it ends. */
export interface FinishedRecycling extends Recycler {
  /** Of its first batch, ISO 8601. */
  readonly startedAt: string;
  /** Machines of all batches. */
  readonly machines: number;
}

/** Gives lease and budget back after an execution's last batch, and says what it did. @throws LeaseLostError */
export const finishRecycling = async (
  { environment, app, executionArn, startedAt, machines }: FinishedRecycling,
  deps: FinishRecyclingDeps,
): Promise<void> => {
  await updateHeld({ environment, app, executionArn }, deps, (found) =>
    withoutLease(withoutRecycling(found), executionArn),
  );
  await giveBudgetBack(environment, executionArn, deps);
  await applySwitch(app, environment, deps);
  const seconds = Math.round((deps.clock.now().getTime() - Date.parse(startedAt)) / 1000);
  deps.log.info('recycling finished', { environment, app, machines, seconds });
  await deps.announce('recycling.finished', { environment, app, machines, seconds });
};
