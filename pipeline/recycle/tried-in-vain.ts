import type { EnvironmentRecord } from '../model.ts';

/**
 * When what was planned for the group that serves came to nothing, as it may again, in milliseconds since the epoch: 0 where
 * nothing was tried; undefined where nothing speaks against it.
 */
export const triedInVainAt = ({
  recycling,
  current,
}: Pick<EnvironmentRecord, 'recycling' | 'current'>): number | undefined => {
  if (recycling === undefined || recycling.groupName !== current?.groupName) return undefined;
  const { skipped, failures, triedAt } = recycling;
  if (skipped === undefined && failures === 0) return undefined;
  return triedAt === undefined ? 0 : Date.parse(triedAt);
};
