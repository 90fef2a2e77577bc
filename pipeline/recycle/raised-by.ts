import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Replacement } from '../model.ts';
import { isStaying } from './describe-group.ts';

/**
 * By how many machines a replacement may have raised the group's capacity without having lowered it again: what the group has
 * beyond that is somebody else's wish.
 */
export const raisedBy = (
  { retire, retired = [] }: Pick<Replacement, 'retire' | 'retired'>,
  { Instances = [] }: AutoScalingGroup,
): number => {
  const staying = new Set(Instances.filter(isStaying).map(({ InstanceId }) => InstanceId));
  return retire.length - retired.filter((id) => !staying.has(id)).length;
};
