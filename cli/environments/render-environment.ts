import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { renderBudget, renderChaosRule, renderUptimeRule } from './render-disruption.ts';

/** How traffic moves, in a few words: `10 → 50 → 100 %, judged`. */
export const renderSteps = ({ rollout }: Pick<DeployedEnvironment, 'rollout'>): string => {
  const weights = rollout.steps.map(({ weight }) => weight);
  const steps = weights.length === 1 ? 'all at once' : `${weights.join(' → ')} %`;
  return rollout.judge === undefined ? steps : `${steps}, judged`;
};

/** Who lets a release in, in a few words. */
export const renderApprovalRule = ({ approval }: Pick<DeployedEnvironment, 'approval'>): string => {
  if (approval === undefined) return 'none';
  return approval.users.length === 0
    ? `${approval.approvers}, anybody`
    : `${approval.approvers} of ${approval.users.join(', ')}`;
};

const renderCapacity = ({ capacity: { min, desired, max } }: DeployedEnvironment): string =>
  `${desired} machines an app, at least ${min}, at most ${max}`;

const percent = (ratio: number): string => `${Number((ratio * 100).toFixed(4))} %`;

const renderJudge = ({ rollout: { judge } }: DeployedEnvironment): string => {
  if (judge === undefined) return 'none: a step passes when its pause is over';
  const { baselineErrorRatio, detectErrorRatio, p95LatencyRatio } = judge;
  const latency = p95LatencyRatio === undefined ? '' : `, and a p95 of ${p95LatencyRatio} times blue's`;
  return `tells ${percent(detectErrorRatio)} of errors from ${percent(baselineErrorRatio)}${latency}`;
};

/** An environment's rules for people, a line each. */
export const renderEnvironment = (environment: DeployedEnvironment): string => {
  const { rollout, approval, offHours, instanceType, zones } = environment;
  const parameters = Object.keys(environment.parameters).join(', ');
  const lines: readonly (readonly [string, string])[] = [
    ['address', environment.url],
    ['capacity', renderCapacity(environment)],
    ['zones', zones?.join(', ') ?? 'all'],
    ['machine', instanceType ?? "the smallest that holds the app's memory"],
    ['rollout', renderSteps(environment)],
    [
      'pauses',
      `${rollout.steps.map(({ pauseSeconds }) => pauseSeconds).join(', ')} s; ${rollout.deadlineSeconds} s to decide a step`,
    ],
    ['judge', renderJudge(environment)],
    ['alarms', rollout.alarms.names.join(', ') || 'none'],
    [
      'approval',
      approval === undefined
        ? 'none'
        : `${renderApprovalRule(environment)}, within ${approval.expiryMinutes} min`,
    ],
    ['way back', `replaced machines stay ready for ${environment.warmBlueMinutes} min`],
    ['draining', `${environment.drainSeconds} s`],
    ['uptime', renderUptimeRule(environment)],
    ['disruption', renderBudget(environment)],
    ['chaos', renderChaosRule(environment)],
    ['parameters', parameters === '' ? 'none' : parameters],
    [
      'off-hours',
      offHours === undefined
        ? 'none'
        : `off at cron(${offHours.off}), on at cron(${offHours.on}), ${offHours.timeZone}`,
    ],
    [
      'while off',
      environment.whileOff === 'wait' ? 'a release that arrives waits' : 'a release that arrives is refused',
    ],
  ];
  return [environment.name, ...lines.map(([name, text]) => `  ${name.padEnd(10)}  ${text}`)].join('\n');
};
