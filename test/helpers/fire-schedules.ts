import { changeSchedules } from './change-schedules.ts';
import type { RunningKiln } from './start-kiln.ts';

/** A schedule's time has whole seconds, and the change must be done before. */
const SOON_MILLISECONDS = 2000;

/** Has every schedule of the stack fire in a moment, once and then never again. */
export const fireSchedules = (kiln: Pick<RunningKiln, 'connection' | 'clock'>): Promise<void> => {
  const soon = new Date(kiln.clock.now().getTime() + SOON_MILLISECONDS).toISOString();
  return changeSchedules(kiln, { ScheduleExpression: `at(${soon.slice(0, 19)})` });
};
