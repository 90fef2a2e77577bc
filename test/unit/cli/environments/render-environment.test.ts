import { describe, expect, test } from '@jest/globals';
import { renderApprovalRule, renderEnvironment, renderSteps } from '#cli/environments/render-environment';
import { chaosOff, defaultDisruption } from '#pipeline/environments/disruption-schema';
import type { DeployedEnvironment } from '#pipeline/environments/environment';

const environment: DeployedEnvironment = {
  name: 'prod',
  port: 80,
  listenerArn: 'arn:listener',
  url: 'http://prod',
  capacity: { min: 2, desired: 3, max: 6 },
  rollout: {
    steps: [10, 100].map((weight) => ({ weight, pauseSeconds: 30 })),
    settleSeconds: 2,
    deadlineSeconds: 600,
    judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.07 },
    alarms: { names: ['disk'], insufficientData: 'hold' },
  },
  approval: { approvers: 2, users: ['U1', 'U2', 'U3'], requesterMayApprove: false, expiryMinutes: 60 },
  warmBlueMinutes: 15,
  drainSeconds: 30,
  healthGraceSeconds: 60,
  uptimeGraceMinutes: 30,
  disruption: defaultDisruption,
  chaos: chaosOff,
  parameters: { GREETING: 'a secret' },
  offHours: { off: '0 20 ? * MON-FRI *', on: '0 7 ? * MON-FRI *', timeZone: 'Europe/Berlin' },
  whileOff: 'refuse',
};

describe('renderEnvironment', () => {
  test('shows every rule, and of parameters the names only', () => {
    const text = renderEnvironment(environment).replaceAll(/ {2,}/g, '  ');
    for (const line of [
      'capacity  3 machines an app, at least 2, at most 6',
      'rollout  10 → 100 %, judged',
      'judge  tells 7 % of errors from 0.1 %',
      'alarms  disk',
      'approval  2 of U1, U2, U3, within 60 min',
      'uptime  any: machines are not replaced for their age',
      'disruption  1 machine or 10 %, whichever is more, at once; held when more than 50 % are overdue',
      'chaos  off',
      'parameters  GREETING',
      'off-hours  off at cron(0 20 ? * MON-FRI *), on at cron(0 7 ? * MON-FRI *), Europe/Berlin',
      'while off  a release that arrives is refused',
    ])
      expect(text).toContain(`  ${line}\n`.trimEnd());
    expect(text).not.toMatch(/secret|undefined/);
  });

  test('calls one step of 100 all at once, and no approval none', () => {
    const rollout = { ...environment.rollout, steps: [{ weight: 100, pauseSeconds: 0 }] };
    const { judge: _off, ...unjudged } = rollout;
    expect(renderSteps({ rollout: unjudged })).toBe('all at once');
    expect(renderApprovalRule({})).toBe('none');
  });
});
