import type { EnvironmentRecord } from '#pipeline/model';

/** How far the switching of an app's machines is. */
export interface AppCapacity {
  readonly record: EnvironmentRecord;
  /** Machines of the app in the environment that exist now. */
  readonly machines: number;
  /** Targets of what serves that are healthy, and machines that its group is to have. */
  readonly healthy: number;
  readonly desired: number;
}

/** Where the switching of an environment stands. */
export interface SwitchProgress {
  readonly done: boolean;
  /** With figures. */
  readonly note: string;
  /** Apps that are switched only when their rollout ends. */
  readonly later: readonly string[];
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Off is done when no machine is left, on when all are healthy; an app in the middle of a rollout is not waited for. */
export const switchProgress = (to: 'off' | 'on', apps: readonly AppCapacity[]): SwitchProgress => {
  const later = apps.filter(({ record }) => record.lease !== undefined).map(({ record }) => record.app);
  const now = apps.filter(({ record }) => record.lease === undefined && record.current !== undefined);
  if (to === 'off') {
    const left = now.reduce((sum, { machines }) => sum + machines, 0);
    const done = left === 0 && now.every(({ record }) => record.off !== undefined);
    return { done, note: `${plural(left, 'machine')} left`, later };
  }
  const healthy = now.reduce((sum, app) => sum + app.healthy, 0);
  const desired = now.reduce((sum, app) => sum + app.desired, 0);
  const isUp = (app: AppCapacity): boolean =>
    app.record.off === undefined && app.desired > 0 && app.healthy >= app.desired;
  return { done: now.every(isUp), note: `${healthy} of ${plural(desired, 'machine')} healthy`, later };
};
