import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { budgetKey } from './budget-record.ts';
import type { BudgetRecord } from './budget-record.ts';

interface OutageDeps {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}

/** Says that nothing may be disrupted in the environment until it is cleared; whoever says it again is not noted. */
export const setOutage = async (
  environment: string,
  { by, reason }: { readonly by: string; readonly reason: string },
  { documents, clock }: OutageDeps,
): Promise<BudgetRecord> => {
  const since = clock.now().toISOString();
  const outage = { since, by, reason };
  const record = await documents.update<BudgetRecord>(budgetKey(environment), (found) => {
    if (found?.outage !== undefined) return undefined;
    return { environment, disruptions: [], ...found, updatedAt: since, outage };
  });
  return record ?? { environment, disruptions: [], updatedAt: since, outage };
};

/** Ends the outage; false when there was none. */
export const clearOutage = async (
  environment: string,
  { documents, clock }: OutageDeps,
): Promise<boolean> => {
  let cleared = false;
  await documents.update<BudgetRecord>(budgetKey(environment), (found) => {
    cleared = found?.outage !== undefined;
    if (found === undefined || !cleared) return undefined;
    const { outage: _over, ...rest } = found;
    return { ...rest, updatedAt: clock.now().toISOString() };
  });
  return cleared;
};
