import { changeSchedules } from './change-schedules.ts';
import type { RunningKiln } from './start-kiln.ts';

/** Disables every schedule of the stack: nobody looks after machines by themselves any more. */
export const stopSchedules = (kiln: Pick<RunningKiln, 'connection'>): Promise<void> =>
  changeSchedules(kiln, { State: 'DISABLED' });
