import type { ListMetricsInput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import type { Metric } from './metric.ts';
import { presentMetric } from './metric.ts';
import { pageOf } from './pages.ts';
import type { CloudWatchScope } from './scope.ts';

// API reference, ListMetrics: "Up to 500 results are returned for any one call."
const PAGE = 500;

const matches = (metric: Metric, { Namespace, MetricName, Dimensions = [] }: ListMetricsInput): boolean =>
  (Namespace === undefined || metric.namespace === Namespace) &&
  (MetricName === undefined || metric.name === MetricName) &&
  Dimensions.every((filter) =>
    metric.dimensions.some(
      ([name, value]) => name === filter.Name && (filter.Value === undefined || value === filter.Value),
    ),
  );

/** ListMetrics: the metrics that have data. */
export const listMetrics = (
  { metrics }: Pick<CloudWatchScope, 'metrics'>,
  input: ListMetricsInput,
): ListMetricsOutput => {
  const found = metrics.metrics().filter((metric) => matches(metric, input));
  const { items, ...page } = pageOf(found, input.NextToken, PAGE);
  return { Metrics: items.map(presentMetric), ...page };
};
