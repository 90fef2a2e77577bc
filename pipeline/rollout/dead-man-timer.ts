import type { Environment } from '../environments/environment.ts';

/** By how much uptime a machine ends itself, should nobody replace it in time. */
export interface DeadManTimer {
  readonly seconds: number;
  /** At the latest so much later, each machine at another moment. */
  readonly jitterSeconds: number;
}

/** The timer of machines that are launched in the environment now; undefined where they may grow old. */
export const deadManTimer = ({
  maximumUptimeMinutes,
  uptimeGraceMinutes,
}: Environment): DeadManTimer | undefined =>
  maximumUptimeMinutes === undefined
    ? undefined
    : { seconds: (maximumUptimeMinutes + uptimeGraceMinutes) * 60, jitterSeconds: maximumUptimeMinutes * 6 };
