import { describe, expect, test } from '@jest/globals';
import {
  renderBudget,
  renderChaosRule,
  renderChaosState,
  renderMinutes,
  renderUptime,
  renderUptimeRule,
} from '#cli/environments/render-disruption';
import { chaosOff, chaosSchema, defaultDisruption } from '#pipeline/environments/disruption-schema';
import { anEnvironment } from '#test/helpers/pipeline-fixtures';

describe('renderMinutes', () => {
  test.each([
    [1, '1 min'],
    [90, '90 min'],
    [120, '2 h'],
    [121, '121 min'],
    [1440, '24 h'],
    [10_080, '7 days'],
  ])('%s minutes are %s', (minutes, text) => {
    expect(renderMinutes(minutes)).toBe(text);
  });
});

describe('how old machines may get', () => {
  test('is said with the time of the machine that nobody replaced', () => {
    const environment = anEnvironment({ maximumUptimeMinutes: 60, uptimeGraceMinutes: 15 });
    expect(renderUptime(environment)).toBe('at most 60 min');
    expect(renderUptimeRule(environment)).toBe('at most 60 min; 15 min later a machine powers itself off');
  });

  test('is any without a limit', () => {
    const environment = anEnvironment();
    expect(renderUptime(environment)).toBe('any');
    expect(renderUptimeRule(environment)).toBe('any: machines are not replaced for their age');
  });
});

describe('renderBudget', () => {
  test('names machines, share, alarms and circuit breaker', () => {
    expect(renderBudget({ disruption: defaultDisruption })).toBe(
      '1 machine or 10 %, whichever is more, at once; held when more than 50 % are overdue',
    );
    const disruption = { machines: 3, percent: 0, alarms: ['disk', 'burn'], overduePercent: 20 };
    expect(renderBudget({ disruption })).toBe(
      '3 machines at once, none while disk or burn is on; held when more than 20 % are overdue',
    );
  });
});

describe('chaos', () => {
  const of = (value: unknown) => ({ chaos: chaosSchema.parse(value) });

  test('is off, leashed or on', () => {
    expect(renderChaosState({ chaos: chaosOff })).toBe('off');
    expect(renderChaosState(of(true))).toBe('leashed');
    expect(renderChaosState(of({ leashed: false }))).toBe('on');
  });

  test('is told with how often, when and on what', () => {
    expect(renderChaosRule({ chaos: chaosOff })).toBe('off');
    expect(renderChaosRule(of(true))).toBe(
      'on the leash: says what it would do; one machine a group every 5 such days in the mean; at least 24 h apart; 9:00 to 15:00 UTC on MON, TUE, WED, THU, FRI; every app',
    );
    expect(renderChaosRule(of({ leashed: false, meanDays: 1, apps: ['a', 'b'], exceptApps: ['c'] }))).toMatch(
      /^on; one machine a group every such day in the mean; .*; a, b except c$/,
    );
  });
});
