import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from '@jest/globals';
import type { TrafficPart } from '#localcloud/load-balancer/traffic-counters';
import {
  groupTrafficData,
  healthData,
  listenerTrafficData,
} from '#localcloud/services/elasticloadbalancing/traffic-metrics';

const prefix = 'arn:aws:elasticloadbalancing:eu-central-1:000000000000';
const balancer = `${prefix}:loadbalancer/app/main/50dc6c495c0c9188`;
const group = `${prefix}:targetgroup/green/73e2d6bc24d8a067`;
const listener = `${prefix}:listener/app/main/50dc6c495c0c9188/f2f7dc8efc522ab2`;

const nothing: TrafficPart = {
  requests: 0,
  targetCodes: {},
  balancerCodes: {},
  connectionErrors: 0,
  responseTimes: { values: [], counts: [] },
};

const short = ({ MetricName, Dimensions = [], Value, Values, Counts }: MetricDatum): string => {
  const dimensions = Dimensions.map((dimension) => `${dimension.Name}=${dimension.Value}`).join(' ');
  return `${MetricName} ${Value ?? `${Values?.join()}x${Counts?.join()}`} ${dimensions}`;
};

const ofBalancer = 'LoadBalancer=app/main/50dc6c495c0c9188';
const ofGroup = 'TargetGroup=targetgroup/green/73e2d6bc24d8a067';
const ofBoth = `${ofGroup} ${ofBalancer}`;

describe('the metrics of a target group', () => {
  test('are told for the group in its balancer and for the balancer, and nothing that did not happen', () => {
    const part: TrafficPart = {
      ...nothing,
      requests: 4,
      targetCodes: { '1XX': 1, '2XX': 2, '5XX': 1 },
      responseTimes: { values: [0.5], counts: [3] },
    };
    const found = groupTrafficData(part, group, balancer, 2).map(short);
    const everywhere = [
      'RequestCount 1x4',
      'HTTPCode_Target_2XX_Count 1x2',
      'HTTPCode_Target_5XX_Count 1x1',
      'TargetResponseTime 0.5x3',
    ];
    expect(found).toEqual([
      ...everywhere.map((text) => `${text} ${ofBoth}`),
      `RequestCountPerTarget 2 ${ofBoth}`,
      `RequestCountPerTarget 2 ${ofGroup}`,
      ...everywhere.map((text) => `${text} ${ofBalancer}`),
    ]);
  });

  test("count the balancer's own answers for the balancer alone", () => {
    const part = { ...nothing, balancerCodes: { 502: 1, 503: 2, 408: 1 }, connectionErrors: 3 };
    expect(groupTrafficData(part, group, balancer, 0).map(short).toSorted()).toEqual([
      `HTTPCode_ELB_4XX_Count 1x1 ${ofBalancer}`,
      `HTTPCode_ELB_502_Count 1x1 ${ofBalancer}`,
      `HTTPCode_ELB_503_Count 1x2 ${ofBalancer}`,
      `HTTPCode_ELB_5XX_Count 1x3 ${ofBalancer}`,
      `TargetConnectionErrorCount 1x3 ${ofBalancer}`,
      `TargetConnectionErrorCount 1x3 ${ofBoth}`,
    ]);
  });

  test('tell the healthy and unhealthy targets', () => {
    expect(healthData({ healthy: 2, unhealthy: 0 }, group, balancer).map(short)).toEqual([
      `HealthyHostCount 2 ${ofBoth}`,
      `UnHealthyHostCount 0 ${ofBoth}`,
    ]);
  });
});

test('the answers of a listener without a target group count for its balancer', () => {
  const part = { ...nothing, balancerCodes: { 503: 1 } };
  expect(listenerTrafficData(part, listener).map(short)).toEqual([
    `HTTPCode_ELB_5XX_Count 1x1 ${ofBalancer}`,
    `HTTPCode_ELB_503_Count 1x1 ${ofBalancer}`,
  ]);
});
