import type { SFNClient } from '@aws-sdk/client-sfn';
import type { EnvironmentRecord } from '../model.ts';
import { isLeased } from './busy-reason.ts';
import type { PlannedReplacement, RecyclingPolicy } from './fleet.ts';

/** A replacement that a dead execution left is taken up again, with the machines that it was about. */
export const leftBehind = async (
  records: readonly EnvironmentRecord[],
  policies: readonly RecyclingPolicy[],
  deps: { readonly states: SFNClient },
): Promise<PlannedReplacement[]> => {
  const held = new Set(
    policies.filter(({ hold }) => hold !== undefined).map(({ environment }) => environment),
  );
  const found: PlannedReplacement[] = [];
  for (const record of records) {
    const { replacement, environment, app, off } = record;
    if (replacement === undefined || off !== undefined) continue;
    if (replacement.groupName !== record.current?.groupName || held.has(environment)) continue;
    if (await isLeased(record, deps.states)) continue;
    const { groupName, retire } = replacement;
    found.push({ environment, app, groupName, retire, due: retire.length });
  }
  return found;
};
