import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from '@jest/globals';
import { comparisonOf, evaluateAlarm } from '#localcloud/services/cloudwatch/evaluate-alarm';
import type { AlarmRule } from '#localcloud/services/cloudwatch/evaluate-alarm';

const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

/** `0` within the threshold, `X` breaching, `-` missing; newest last. */
const states = (points: string, datapointsToAlarm: number, current: StateValue): StateValue[] =>
  treatments.map((treatMissingData) => {
    const rule: AlarmRule = {
      evaluationPeriods: 3,
      datapointsToAlarm,
      treatMissingData,
      breaches: (value) => value > 0,
    };
    const values = points.split(' ').map((point) => (point === '-' ? undefined : Number(point === 'X')));
    return evaluateAlarm(values, rule, current);
  });

const kept = 'INSUFFICIENT_DATA';

describe('an alarm of three periods', () => {
  // User Guide, "Configuring how CloudWatch alarms treat missing data", first table; the second column keeps the state.
  test.each([
    ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - -', ['INSUFFICIENT_DATA', kept, 'ALARM', 'OK']],
    ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['- - X - -', ['ALARM', kept, 'ALARM', 'OK']],
  ])('of which all must breach treats %s as the User Guide says', (points, expected) => {
    expect(states(points, 3, kept)).toEqual(expected);
  });

  // The second table.
  test.each([
    ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - X -', ['ALARM', kept, 'ALARM', 'OK']],
  ])('of which two must breach treats %s as the User Guide says', (points, expected) => {
    expect(states(points, 2, kept)).toEqual(expected);
  });

  test('does not go off for a breaching point that is younger than what it needs', () => {
    expect(states('- - - - X', 2, 'OK')).toEqual(['OK', 'OK', 'ALARM', 'OK']);
  });

  test('keeps its state without data only when missing data is ignored', () => {
    expect(states('- - - - -', 3, 'ALARM')).toEqual(['INSUFFICIENT_DATA', 'ALARM', 'ALARM', 'OK']);
  });
});

describe('a comparison', () => {
  test.each([
    ['GreaterThanThreshold', [false, false, true]],
    ['GreaterThanOrEqualToThreshold', [false, true, true]],
    ['LessThanThreshold', [true, false, false]],
    ['LessThanOrEqualToThreshold', [true, true, false]],
  ] as const)('%s breaches where its name says', (operator, expected) => {
    expect([1, 2, 3].map((value) => comparisonOf(operator)?.(value, 2))).toEqual(expected);
  });

  test('of anomaly detection is not known', () => {
    expect(comparisonOf('GreaterThanUpperThreshold')).toBeUndefined();
  });
});
