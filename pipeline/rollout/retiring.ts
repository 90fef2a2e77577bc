import type { DeploymentKey, EnvironmentRecord } from '../model.ts';
import { isDeployment, isSameDeployment } from './configuration.ts';

/** Notes that these machines must go, unless they are what serves. */
export const markRetiring = (
  record: EnvironmentRecord,
  { releaseId, configurationDigest }: DeploymentKey,
): EnvironmentRecord => {
  const key = { releaseId, configurationDigest };
  const { retiring = [] } = record;
  const noted = isDeployment(record.current, key) || retiring.some((other) => isSameDeployment(other, key));
  return noted ? record : { ...record, retiring: [...retiring, key] };
};

/** Notes that nothing is left of them. */
export const markRetired = (record: EnvironmentRecord, key: DeploymentKey): EnvironmentRecord => {
  const { retiring = [], ...rest } = record;
  const left = retiring.filter((other) => !isSameDeployment(other, key));
  return left.length === 0 ? rest : { ...rest, retiring: left };
};
