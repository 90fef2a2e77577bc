import { allowedDisruption, disruptedMachines, readBudget } from '../disruption/budget.ts';
import type { BudgetDeps } from '../disruption/budget.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';

/**
 * How many machines may still be taken, of `total` that the environment has.
 * @param me the execution that asks; what it took already is no obstacle
 */
export const budgetLeft = async (
  { name, disruption }: Pick<DeployedEnvironment, 'name' | 'disruption'>,
  total: number,
  deps: BudgetDeps,
  me?: string,
): Promise<number> => {
  const { disruptions } = await readBudget(name, deps);
  const others = disruptions.filter(({ executionArn }) => executionArn !== me);
  return allowedDisruption(disruption, total) - disruptedMachines(others);
};
