import type { ComparisonOperator, StateValue } from '@aws-sdk/client-cloudwatch';

/** When an alarm goes off. */
export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: 'breaching' | 'notBreaching' | 'ignore' | 'missing';
  readonly breaches: (value: number) => boolean;
}

const COMPARISONS: Partial<Record<ComparisonOperator, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** The comparison with a fixed threshold; undefined for the operators of anomaly detection. */
export const comparisonOf = (
  operator: ComparisonOperator | undefined,
): ((value: number, threshold: number) => boolean) | undefined =>
  operator === undefined ? undefined : COMPARISONS[operator];

/**
 * Periods that an evaluation looks at: more than it needs, so that late or missing data does not decide alone. AWS says
 * only that it is more; its tables show five for three (User Guide, "Configuring how CloudWatch alarms treat missing data").
 */
export const evaluationRange = (evaluationPeriods: number): number => evaluationPeriods + 2;

/**
 * The state that follows from the datapoints of the evaluation range, oldest first, `undefined` where one is missing
 * (User Guide, "How alarm state is evaluated when data is missing").
 */
export const evaluateAlarm = (
  points: readonly (number | undefined)[],
  rule: AlarmRule,
  current: StateValue,
): StateValue => {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData, breaches } = rule;
  const present = points.filter((point) => point !== undefined);
  const recent = present.slice(-evaluationPeriods);
  const breaching = recent.filter(breaches).length;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  const missing = evaluationPeriods - recent.length;
  if (missing === 0 || treatMissingData === 'notBreaching') return 'OK';
  if (treatMissingData === 'breaching') return breaching + missing >= datapointsToAlarm ? 'ALARM' : 'OK';
  if (recent.length === 0) return treatMissingData === 'missing' ? 'INSUFFICIENT_DATA' : current;
  if (breaching < recent.length) return 'OK';
  // Only breaching points, fewer than needed: the oldest decides, if it is old enough for all later ones to count.
  const age = points.length - points.findIndex((point) => point !== undefined);
  return treatMissingData === 'missing' && age >= datapointsToAlarm ? 'ALARM' : current;
};
