import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DocumentStore } from '../documents/document-store.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { readSwitchedOff } from '../environments/switched-off.ts';
import { readAlarms } from '../judge/alarms.ts';
import { budgetKey } from './budget-record.ts';
import type { BudgetRecord } from './budget-record.ts';
import { outageReason } from './outage.ts';

export interface HoldReasonDeps {
  readonly documents: Pick<DocumentStore, 'read'>;
  readonly cloudWatch: CloudWatchClient;
}

/** Alarms that one call describes. */
const ALARMS_A_CALL = 100;

const alarmReason = async (
  { disruption, rollout }: Pick<DeployedEnvironment, 'disruption' | 'rollout'>,
  cloudWatch: CloudWatchClient,
): Promise<string | undefined> => {
  const names = [...new Set([...disruption.alarms, ...rollout.alarms.names])];
  for (let first = 0; first < names.length; first += ALARMS_A_CALL) {
    const { active, missing } = await readAlarms(names.slice(first, first + ALARMS_A_CALL), { cloudWatch });
    if (active[0] !== undefined) return `alarm '${active[0]}' is on`;
    // Whoever removed the alarm did not say that all is well.
    if (missing[0] !== undefined) return `alarm '${missing[0]}' does not exist`;
  }
  return undefined;
};

/**
 * Why nothing may be disrupted in the environment now; undefined when it may: an outage, switched off, an alarm. What cannot
 * be read counts as an outage, as in Netflix's order of checks (AWS-FACTS 4.8).
 */
export const holdReason = async (
  environment: Pick<DeployedEnvironment, 'name' | 'disruption' | 'rollout'>,
  { documents, cloudWatch }: HoldReasonDeps,
): Promise<string | undefined> => {
  try {
    const { outage } = (await documents.read<BudgetRecord>(budgetKey(environment.name))) ?? {};
    if (outage !== undefined) return outageReason(outage);
    if ((await readSwitchedOff(environment.name, documents)) !== undefined) return 'switched off';
    return await alarmReason(environment, cloudWatch);
  } catch (error) {
    return `it cannot be told whether there is an outage: ${error instanceof Error ? error.message : String(error)}`;
  }
};
