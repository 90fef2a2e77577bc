import { budgetKey } from '../disruption/budget-record.ts';
import type { BudgetRecord } from '../disruption/budget-record.ts';
import type { RecyclingPlan } from './fleet.ts';
import { isSameReason } from './is-same-reason.ts';
import type { NoteDeps } from './note-skipped.ts';

const withHold = (
  found: BudgetRecord | undefined,
  environment: string,
  reason: string | undefined,
  now: string,
): BudgetRecord | undefined => {
  if (isSameReason(found?.held?.reason, reason)) return undefined;
  const { held: _before, ...rest } = found ?? { environment, updatedAt: now, disruptions: [] };
  return { ...rest, updatedAt: now, ...(reason === undefined ? {} : { held: { since: now, reason } }) };
};

/**
 * Records why nothing is recycled in an environment, announces it when the reason is a new one, and that recycling goes on when
 * there is none any more.
 */
export const noteHeld = async (
  environments: readonly string[],
  held: RecyclingPlan['held'],
  { documents, clock, announce }: NoteDeps,
): Promise<void> => {
  const now = clock.now().toISOString();
  for (const environment of environments) {
    const reason = held.find((each) => each.environment === environment)?.reason;
    let before: BudgetRecord['held'];
    let changed = false;
    await documents.update<BudgetRecord>(budgetKey(environment), (found) => {
      const next = withHold(found, environment, reason, now);
      before = found?.held;
      changed = next !== undefined;
      return next;
    });
    if (!changed) continue;
    if (reason !== undefined) await announce('recycling.held', { environment, reason });
    else if (before !== undefined)
      await announce('recycling.resumed', { environment, reason: before.reason, heldSince: before.since });
  }
};
