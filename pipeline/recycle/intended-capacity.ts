import type { EnvironmentRecord } from '../model.ts';

/**
 * How many machines a group is meant to have that shows `desired`: a replacement that was not finished leaves it larger, by
 * as many as were to be replaced and have not been at most.
 */
export const intendedCapacity = (
  { replacement }: Pick<EnvironmentRecord, 'replacement'>,
  groupName: string,
  desired: number,
): number => {
  if (replacement === undefined || replacement.groupName !== groupName) return desired;
  const { capacity, retire, retired = [] } = replacement;
  return desired <= capacity ? desired : Math.max(capacity, desired - (retire.length - retired.length));
};
