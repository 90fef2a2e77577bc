import type { EnvironmentRecord } from '../model.ts';

/** Whether what was planned before for the group that serves came to nothing, as it may again. */
export const failedBefore = ({
  recycling,
  current,
}: Pick<EnvironmentRecord, 'recycling' | 'current'>): boolean =>
  recycling !== undefined &&
  recycling.groupName === current?.groupName &&
  (recycling.skipped !== undefined || recycling.failures > 0);
