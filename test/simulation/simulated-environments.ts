import { chaosOff, defaultDisruption } from '#pipeline/environments/disruption-schema';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { anEnvironment } from '#test/helpers/pipeline-fixtures';
import type { Random } from './random.ts';

/** An environment of a run and the apps that run in it. */
export interface SimulatedEnvironment {
  readonly environment: DeployedEnvironment;
  readonly apps: readonly string[];
}

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

const appsOf = (environment: string, apps: number): string[] =>
  Array.from({ length: apps }, (_, index) => `${environment}-app-${index + 1}`);

const canary = {
  steps: [
    { weight: 50, pauseSeconds: 20 },
    { weight: 100, pauseSeconds: 0 },
  ],
  settleSeconds: 2,
  deadlineSeconds: 300,
};

/**
 * The environments, of different sizes and uptimes; 50 apps in all. Few machines an app, uptimes of days and a kill of an
 * app once in a week or two keep a run below a second: many seeds find more than many machines.
 */
export const createSimulatedEnvironments = (random: Random): readonly SimulatedEnvironment[] => {
  const make = (
    name: string,
    apps: number,
    machines: number,
    uptimeMinutes: number,
    more: Partial<DeployedEnvironment> = {},
  ): SimulatedEnvironment => ({
    apps: appsOf(name, apps),
    environment: anEnvironment({
      name,
      listenerArn: `arn:aws:elasticloadbalancing:r:0:listener/app/${name}/1/2`,
      capacity: { min: 1, desired: machines, max: machines + random.whole(1, 4) },
      rollout: { ...canary, alarms: { names: [], insufficientData: 'ignore' } },
      maximumUptimeMinutes: uptimeMinutes,
      uptimeGraceMinutes: random.pick([120, 240, 480]),
      drainSeconds: random.pick([5, 15, 30]),
      warmBlueMinutes: random.pick([0, 0, 30]),
      healthGraceSeconds: 60,
      disruption: { ...defaultDisruption, alarms: [`${name}-alarm`] },
      ...more,
    }),
  });
  const chaos = {
    ...chaosOff,
    enabled: true,
    leashed: random.chance(0.3),
    meanDays: random.whole(5, 15),
    minimumGapHours: random.pick([24, 30, 72]),
    timeZone: random.pick(['UTC', 'Europe/Berlin', 'America/New_York']),
  };
  return [
    make('prod', 22, 3, random.whole(8, 18) * DAY_MINUTES, { chaos }),
    make('edge', 22, 2, random.whole(7, 15) * DAY_MINUTES, { chaos: { ...chaos, leashed: false } }),
    make('fast', 5, 2, random.whole(40, 120) * HOUR_MINUTES),
    make('wide', 1, random.whole(18, 24), random.whole(6, 12) * DAY_MINUTES),
  ];
};
