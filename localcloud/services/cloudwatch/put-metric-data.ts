import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch';
import type { Call } from '../../service.ts';
import type { Distribution } from './distribution.ts';
import { emptyDistribution, grow, summaryDistribution, valueDistribution } from './distribution.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from './errors.ts';
import { metricOf } from './metric.ts';
import type { MetricSample } from './metric-store.ts';
import type { CloudWatchScope } from './scope.ts';

// API reference, PutMetricData and MetricDatum.
const LARGEST = 2 ** 360;
const OLDEST_MILLISECONDS = 14 * 24 * 3_600_000;
const NEWEST_MILLISECONDS = 2 * 3_600_000;
const MOST_DATA = 1_000;
const MOST_VALUES = 150;
const MOST_DIMENSIONS = 30;

const checkValue = (value: number | undefined, parameter: string): number => {
  if (value === undefined) throw missingParameter(parameter);
  if (!(Math.abs(value) <= LARGEST))
    throw invalidParameterValue(`The value ${value} for parameter ${parameter} is invalid.`);
  return value;
};

const valuesOf = ({ Values = [], Counts }: MetricDatum, path: string, trusted: boolean): Distribution => {
  if (Counts !== undefined && Counts.length !== Values.length)
    throw invalidParameterValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  if (Values.length === 0) throw missingParameter(`${path}.Values`);
  if (Values.length > MOST_VALUES && !trusted)
    throw invalidParameterValue(
      `The collection ${path}.Values must not have a size greater than ${MOST_VALUES}.`,
    );
  const all = emptyDistribution();
  for (const [index, value] of Values.entries()) {
    const count = checkValue(Counts?.[index] ?? 1, `${path}.Counts.member.${index + 1}`);
    if (count < 0)
      throw invalidParameterValue(
        `The value ${count} for parameter ${path}.Counts.member.${index + 1} is invalid.`,
      );
    if (count === 0) continue;
    grow(all, valueDistribution(checkValue(value, `${path}.Values.member.${index + 1}`), count));
  }
  return all;
};

const distributionOf = (datum: MetricDatum, path: string, trusted: boolean): Distribution => {
  const { Value, Values, StatisticValues: set } = datum;
  if ([Value, Values, set].filter((given) => given !== undefined).length > 1)
    throw invalidParameterCombination(
      `The parameters ${path}.Value, ${path}.Values and ${path}.StatisticValues are mutually exclusive and you have specified more than one.`,
    );
  if (Values !== undefined) return valuesOf(datum, path, trusted);
  if (set === undefined) return valueDistribution(checkValue(Value, `${path}.Value`));
  const summary = {
    count: checkValue(set.SampleCount, `${path}.StatisticValues.SampleCount`),
    sum: checkValue(set.Sum, `${path}.StatisticValues.Sum`),
    min: checkValue(set.Minimum, `${path}.StatisticValues.Minimum`),
    max: checkValue(set.Maximum, `${path}.StatisticValues.Maximum`),
  };
  if (summary.max < summary.min)
    throw invalidParameterValue(
      `The parameter ${path}.StatisticValues.Maximum must be greater than ${path}.StatisticValues.Minimum.`,
    );
  return summaryDistribution(summary);
};

const sampleOf = (
  namespace: string,
  datum: MetricDatum,
  path: string,
  now: number,
  trusted: boolean,
): MetricSample => {
  if (datum.MetricName === undefined || datum.MetricName === '') throw missingParameter(`${path}.MetricName`);
  const resolution = datum.StorageResolution ?? 60;
  if (resolution !== 1 && resolution !== 60)
    throw invalidParameterValue(
      `The value ${resolution} for parameter ${path}.StorageResolution is invalid.`,
    );
  const at = datum.Timestamp?.getTime() ?? now;
  if (at < now - OLDEST_MILLISECONDS)
    throw invalidParameterValue(
      `The parameter ${path}.Timestamp must specify a time no more than two weeks in the past.`,
    );
  if (at > now + NEWEST_MILLISECONDS)
    throw invalidParameterValue(
      `The parameter ${path}.Timestamp must specify a time no more than two hours in the future.`,
    );
  if ((datum.Dimensions?.length ?? 0) > MOST_DIMENSIONS)
    throw invalidParameterValue(
      `The collection ${path}.Dimensions must not have a size greater than ${MOST_DIMENSIONS}.`,
    );
  return {
    metric: metricOf(namespace, datum.MetricName, datum.Dimensions),
    unit: datum.Unit ?? 'None',
    at,
    resolutionSeconds: resolution,
    distribution: distributionOf(datum, path, trusted),
  };
};

/** PutMetricData: all or nothing. Namespaces that begin with `AWS/` are for services only. */
export const putMetricData = (
  { context, metrics }: CloudWatchScope,
  input: PutMetricDataInput,
  { caller }: Call,
): Record<string, never> => {
  const namespace = input.Namespace ?? '';
  const trusted = caller.kind === 'service';
  if (namespace === '' || namespace.length > 255 || namespace.startsWith(':'))
    throw invalidParameterValue(`The value ${namespace} for parameter Namespace is invalid.`);
  if (namespace.startsWith('AWS/') && !trusted)
    throw invalidParameterValue('The value AWS/ for parameter Namespace is invalid.');
  const data = [
    ...(input.MetricData ?? []),
    ...(input.EntityMetricData ?? []).flatMap(({ MetricData = [] }) => MetricData),
  ];
  if (data.length === 0) throw missingParameter('MetricData');
  if (data.length > MOST_DATA)
    throw invalidParameterValue(`The collection MetricData must not have a size greater than ${MOST_DATA}.`);
  const now = context.clock.now();
  const samples = data.map((datum, index) =>
    sampleOf(namespace, datum, `MetricData.member.${index + 1}`, now, trusted),
  );
  for (const sample of samples) metrics.add(sample);
  return {};
};
