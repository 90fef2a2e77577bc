import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { EnvironmentRecord, Replacement } from '../model.ts';

/** Below Auto Scaling's default cooldown, which no mark may be. */
const MARKS = 299;

/** The mark of the batch that comes next, from 1 to 299: none of the last batches had it. */
export const nextMark = ({ raiseMark = 0 }: Pick<EnvironmentRecord, 'raiseMark'>): number =>
  1 + (raiseMark % MARKS);

/** Whether the group's capacity was raised for what the replacement launched; undefined where nobody can tell. */
export const wasRaised = (
  { mark }: Pick<Replacement, 'mark'>,
  { DefaultCooldown }: AutoScalingGroup,
  { launchRaises }: Pick<EnvironmentRecord, 'launchRaises'>,
): boolean | undefined => {
  if (launchRaises === true || DefaultCooldown === mark) return true;
  return launchRaises === false ? false : undefined;
};
