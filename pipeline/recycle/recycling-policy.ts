import { disruptedMachines, readBudget } from '../disruption/budget.ts';
import type { BudgetDeps } from '../disruption/budget.ts';
import { holdReason } from '../disruption/hold-reason.ts';
import type { HoldReasonDeps } from '../disruption/hold-reason.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import type { RecyclingPolicy } from './fleet.ts';

export type RecyclingPolicyDeps = BudgetDeps & HoldReasonDeps;

/** What recycling must know of an environment now; what `me`, an execution, has of the budget does not count. */
export const readRecyclingPolicy = async (
  environment: DeployedEnvironment,
  deps: RecyclingPolicyDeps,
  me?: string,
): Promise<RecyclingPolicy> => {
  const { name, maximumUptimeMinutes, uptimeGraceMinutes, drainSeconds, disruption } = environment;
  const [budget, hold] = [await readBudget(name, deps, me), await holdReason(environment, deps)];
  return {
    environment: name,
    ...(maximumUptimeMinutes === undefined ? {} : { maximumUptimeSeconds: maximumUptimeMinutes * 60 }),
    graceSeconds: uptimeGraceMinutes * 60,
    drainSeconds,
    disruption,
    disrupted: disruptedMachines(budget.disruptions),
    ...(hold === undefined ? {} : { hold }),
  };
};
