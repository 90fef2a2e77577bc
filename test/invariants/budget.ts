import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';

/** The disruption budget of an environment is never overdrawn, whoever takes from it. */
export const budgetKept: Invariant = {
  id: 'budget',
  begin: (): Look => {
    const taken = new Map<string, { readonly environment: string; readonly machines: number }>();
    return (entry) => {
      if (entry.fact === 'budget.ended') taken.delete(entry.owner);
      if (entry.fact !== 'budget.taken') return fine;
      const { owner, environment, machines, allowed } = entry;
      taken.set(owner, { environment, machines });
      const sum = [...taken.values()]
        .filter((each) => each.environment === environment)
        .reduce((all, each) => all + each.machines, 0);
      return unless(
        sum <= allowed,
        () =>
          `'${owner}' took ${machines}: ${sum} machines of '${environment}' are out, allowed are ${allowed}`,
      );
    };
  },
};
