import type { Announce } from '../announce.ts';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { budgetKey } from './budget-record.ts';
import type { BudgetRecord } from './budget-record.ts';

interface OutageDeps {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}

/** Why nothing may be disrupted during an outage, for people. */
export const outageReason = ({ by, reason }: NonNullable<BudgetRecord['outage']>): string =>
  `an outage, says ${by}: ${reason}`;

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

/** Ends the outage, and with it the hold of recycling that it was the reason for, which is announced; false when there was none. */
export const clearOutage = async (
  environment: string,
  { documents, clock, announce }: OutageDeps & { readonly announce: Announce },
): Promise<boolean> => {
  let cleared = false;
  let resumed: string | undefined;
  await documents.update<BudgetRecord>(budgetKey(environment), (found) => {
    cleared = found?.outage !== undefined;
    resumed = undefined;
    if (found?.outage === undefined) return undefined;
    const { outage, held, ...rest } = found;
    const isOver = held?.reason === outageReason(outage);
    if (isOver) resumed = held.reason;
    return {
      ...rest,
      updatedAt: clock.now().toISOString(),
      ...(held === undefined || isOver ? {} : { held }),
    };
  });
  if (resumed !== undefined) await announce('recycling.resumed', { environment, reason: resumed });
  return cleared;
};
