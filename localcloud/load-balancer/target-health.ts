import type { TargetHealthReasonEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ProbeOutcome } from './health-probe.ts';

/** How health checks are made and counted; AWS's names, times in milliseconds. */
export interface HealthSettings {
  readonly path: string;
  readonly intervalMilliseconds: number;
  readonly timeoutMilliseconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly accepts: (status: number) => boolean;
}

/** The health of a target while it is checked. */
export interface TargetHealthState {
  readonly state: 'initial' | 'healthy' | 'unhealthy';
  readonly reason?: TargetHealthReasonEnum;
  readonly description?: string;
  /** Passed or failed checks in a row, in the direction that would change the state. */
  readonly streak: number;
  /** When the checks of the initial state began, milliseconds since the epoch. */
  readonly since: number;
}

/** The state at registration, before the first check. */
export const registeredHealth = (now: number): TargetHealthState => ({
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
  streak: 0,
  since: now,
});

// Texts as DescribeTargetHealth answers them (User Guide, "Target health status").
const failure = (
  outcome: Exclude<ProbeOutcome, { kind: 'passed' }>,
): { reason: TargetHealthReasonEnum; description: string } => {
  if (outcome.kind === 'timeout') return { reason: 'Target.Timeout', description: 'Request timed out' };
  if (outcome.kind === 'failed')
    return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
  return {
    reason: 'Target.ResponseCodeMismatch',
    description: `Health checks failed with these codes: [${outcome.status}]`,
  };
};

const afterPass = (current: TargetHealthState, settings: HealthSettings): TargetHealthState => {
  const streak = current.streak + 1;
  // "After a target is registered, it must pass one health check to be considered healthy" (User Guide).
  if (current.state !== 'unhealthy' || streak >= settings.healthyThreshold)
    return { state: 'healthy', streak: 0, since: current.since };
  return { ...current, streak };
};

/** The state after one more check. */
export const nextHealth = (
  current: TargetHealthState,
  outcome: ProbeOutcome,
  settings: HealthSettings,
  now: number,
): TargetHealthState => {
  if (outcome.kind === 'passed') return afterPass(current, settings);
  const { since } = current;
  if (current.state === 'unhealthy') return { state: 'unhealthy', ...failure(outcome), streak: 0, since };
  const streak = current.streak + 1;
  if (current.state === 'healthy')
    return streak >= settings.unhealthyThreshold
      ? { state: 'unhealthy', ...failure(outcome), streak: 0, since }
      : { ...current, streak };
  // Checks come faster than the interval here, so that the threshold counts time instead of checks.
  if (now - since >= settings.unhealthyThreshold * settings.intervalMilliseconds)
    return { state: 'unhealthy', ...failure(outcome), streak: 0, since };
  return {
    state: 'initial',
    reason: 'Elb.InitialHealthChecking',
    description: 'Initial health checks in progress',
    streak: 0,
    since,
  };
};
