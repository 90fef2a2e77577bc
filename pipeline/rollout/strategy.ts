import type { RolloutStrategy } from '../environments/environment.ts';
import type { Deployment } from '../model.ts';
import type { Weight } from '../traffic/app-rule.ts';

/** All traffic at once, with nothing to compare against: a first release, or the way back. */
export const allAtOnce = (strategy: RolloutStrategy): RolloutStrategy => {
  const { judge: _none, canaryMachines: _all, ...rest } = strategy;
  return {
    ...rest,
    steps: [{ weight: 100, pauseSeconds: 0 }],
    alarms: { names: [], insufficientData: 'ignore' },
  };
};

/** Green's share at a step, in percent. */
export const weightAt = ({ steps }: Pick<RolloutStrategy, 'steps'>, step: number): number =>
  steps[step]?.weight ?? 100;

/** How many machines green needs for its share at a step, of a fleet of `machines`. */
export const machinesAt = (strategy: RolloutStrategy, step: number, machines: number): number => {
  if (strategy.canaryMachines === undefined) return machines;
  const forShare = Math.ceil((machines * weightAt(strategy, step)) / 100);
  return Math.min(machines, Math.max(strategy.canaryMachines, forShare));
};

/** The weights while green has `percent` of the traffic; without blue it has all of it. */
export const weightsFor = (
  percent: number,
  green: Pick<Deployment, 'targetGroupArn'>,
  blue: Pick<Deployment, 'targetGroupArn'> | undefined,
): readonly Weight[] => {
  if (blue === undefined) return [{ targetGroupArn: green.targetGroupArn, weight: 100 }];
  const share = Math.min(100, Math.max(0, Math.round(percent)));
  return [
    { targetGroupArn: green.targetGroupArn, weight: share },
    { targetGroupArn: blue.targetGroupArn, weight: 100 - share },
  ];
};
