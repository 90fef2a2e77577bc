import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Environment } from '../environments/environment.ts';
import { AlarmActiveError } from '../errors.ts';
import { readAlarms } from '../judge/alarms.ts';

/**
 * Refuses while a named alarm is on or does not exist.
 * @returns the alarms that have no data where the environment wants to wait for them
 * @throws AlarmActiveError
 */
export const checkAlarms = async (
  { name, rollout }: Pick<Environment, 'name' | 'rollout'>,
  cloudWatch: CloudWatchClient,
): Promise<readonly string[]> => {
  const { names, insufficientData } = rollout.alarms;
  if (names.length === 0) return [];
  const { active, insufficient, missing } = await readAlarms(names, { cloudWatch });
  const findings = [
    ...active.map((alarm) => `'${alarm}' is in ALARM`),
    ...missing.map((alarm) => `'${alarm}' does not exist`),
  ];
  if (findings.length > 0) throw new AlarmActiveError(name, findings.join(', '));
  return insufficientData === 'hold' ? insufficient : [];
};
