import type { Dimension, Metric as MetricInput } from '@aws-sdk/client-cloudwatch';

/** A metric's identity: everything but its unit. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  /** Sorted by name: their order does not matter. */
  readonly dimensions: readonly (readonly [name: string, value: string])[];
}

/** The metric that an input names. */
export const metricOf = (
  namespace: string | undefined,
  name: string | undefined,
  dimensions: readonly Dimension[] | undefined,
): Metric => ({
  namespace: namespace ?? '',
  name: name ?? '',
  dimensions: (dimensions ?? [])
    .map(({ Name = '', Value = '' }) => [Name, Value] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : Number(left > right))),
});

/** The metric as the API shows it. */
export const presentMetric = ({ namespace, name, dimensions }: Metric): MetricInput => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
});
