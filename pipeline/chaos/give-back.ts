import { giveBudgetBack } from '../disruption/budget.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { releaseLease } from '../rollout/lease.ts';

/** Gives back what an execution of chaos holds, if anything: the app and its part of the budget. */
export const giveBack = async (
  {
    app,
    environment,
    executionArn,
  }: { readonly app: string; readonly environment: string; readonly executionArn: string },
  deps: EnvironmentRecordDeps,
): Promise<void> => {
  await giveBudgetBack(environment, executionArn, deps);
  await releaseLease(environment, app, executionArn, deps);
};
