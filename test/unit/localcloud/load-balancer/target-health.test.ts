import { describe, expect, test } from '@jest/globals';
import type { ProbeOutcome } from '#localcloud/load-balancer/health-probe';
import { nextHealth, registeredHealth } from '#localcloud/load-balancer/target-health';
import type { HealthSettings, TargetHealthState } from '#localcloud/load-balancer/target-health';

const settings: HealthSettings = {
  path: '/',
  intervalMilliseconds: 5_000,
  timeoutMilliseconds: 2_000,
  healthyThreshold: 3,
  unhealthyThreshold: 2,
  accepts: () => true,
};
const passed: ProbeOutcome = { kind: 'passed' };
const failed: ProbeOutcome = { kind: 'failed' };

const after = (
  outcomes: readonly ProbeOutcome[],
  from = registeredHealth(0),
  step = 1_000,
): TargetHealthState =>
  outcomes.reduce((health, outcome, index) => nextHealth(health, outcome, settings, index * step), from);

const unhealthy = (): TargetHealthState => after([passed, failed, failed]);

describe('target health', () => {
  test('is initial at registration, with the reasons of AWS', () => {
    expect(registeredHealth(0)).toMatchObject({ state: 'initial', reason: 'Elb.RegistrationInProgress' });
    expect(after([failed])).toMatchObject({ state: 'initial', reason: 'Elb.InitialHealthChecking' });
  });

  test('is healthy after one passed check, without a reason', () => {
    expect(after([failed, passed])).toEqual({ state: 'healthy', streak: 0, since: 0 });
  });

  test('stays initial until the threshold times the interval has passed', () => {
    expect(nextHealth(registeredHealth(0), failed, settings, 9_999).state).toBe('initial');
    expect(nextHealth(registeredHealth(0), failed, settings, 10_000).state).toBe('unhealthy');
  });

  test('turns unhealthy only after failures in a row', () => {
    expect(after([passed, failed, passed, failed]).state).toBe('healthy');
    expect(unhealthy().state).toBe('unhealthy');
  });

  test('recovers only after passes in a row', () => {
    expect(after([passed, passed], unhealthy()).state).toBe('unhealthy');
    expect(after([passed, passed, failed, passed, passed], unhealthy()).state).toBe('unhealthy');
    expect(after([passed, passed, passed], unhealthy()).state).toBe('healthy');
  });

  test.each<[ProbeOutcome, string, string]>([
    [
      { kind: 'mismatch', status: 502 },
      'Target.ResponseCodeMismatch',
      'Health checks failed with these codes: [502]',
    ],
    [{ kind: 'timeout' }, 'Target.Timeout', 'Request timed out'],
    [failed, 'Target.FailedHealthChecks', 'Health checks failed'],
  ])('says why: %j', (outcome, reason, description) => {
    expect(nextHealth(unhealthy(), outcome, settings, 0)).toMatchObject({ reason, description });
  });
});
