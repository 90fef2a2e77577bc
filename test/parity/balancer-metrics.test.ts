import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createCloudWatch } from '#localcloud/services/cloudwatch/index';
import { createElasticLoadBalancing } from '#localcloud/services/elasticloadbalancing/index';
import { poll } from '#test/helpers/poll';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { cleanUpBalancers, portOf, serve } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { createFakeEc2 } from '#test/unit/localcloud/services/autoscaling/fake-ec2';
import {
  createBalancer,
  createGroup,
  createListener,
  healthOf,
} from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

// A cloud starts and stops in each; metrics come once a second.
jest.setTimeout(30_000);

const ec2 = createFakeEc2();
let stateDir: string;
let running: TestCloud;
let elb: ElasticLoadBalancingV2;
let cloudWatch: CloudWatchClient;
let groupArn: string;
let balancerArn: string;
let url: string;
let listenerArn: string;

const start = async (): Promise<void> => {
  running = await startTestCloud({
    stateDir,
    services: [ec2.create, createCloudWatch, createElasticLoadBalancing],
  });
  elb = new ElasticLoadBalancingV2(running.clientConfig);
  cloudWatch = new CloudWatchClient(running.clientConfig);
};

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'balancer-metrics-'));
  await start();
  groupArn = await createGroup(elb, 'green');
  balancerArn = await createBalancer(elb);
  ({ url, arn: listenerArn } = await createListener(elb, balancerArn));
});

afterEach(async () => {
  elb.destroy();
  cloudWatch.destroy();
  await running.stop();
  await cleanUpBalancers();
  rmSync(stateDir, { recursive: true, force: true });
});

const serveGroup = async (listener: Parameters<typeof serve>[0]): Promise<void> => {
  const target = await serve((request, response) => {
    if (request.url === '/' && request.headers['user-agent']?.startsWith('ELB-HealthChecker') === true) {
      response.end('healthy');
      return;
    }
    listener(request, response);
  });
  await elb.registerTargets({
    TargetGroupArn: groupArn,
    Targets: [{ Id: '127.0.0.1', Port: portOf(target) }],
  });
  await elb.modifyListener({
    ListenerArn: listenerArn,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: groupArn }],
  });
  await poll(
    async () => ((await healthOf(elb, groupArn))[0] === 'healthy' ? true : undefined),
    10_000,
    () => 'the target is not healthy',
  );
};

type Dimension = 'group' | 'balancer' | 'both';

const dimensionsOf = (of: Dimension) => [
  ...(of === 'balancer' ? [] : [{ Name: 'TargetGroup', Value: groupArn.split(':').at(-1) }]),
  ...(of === 'group' ? [] : [{ Name: 'LoadBalancer', Value: balancerArn.split('loadbalancer/').at(-1) }]),
];

const read = async (
  MetricName: string,
  Stat: string,
  of: Dimension = 'both',
): Promise<number | undefined> => {
  const Metric = { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions: dimensionsOf(of) };
  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(Date.now() + 60_000),
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: 3_600, Stat } }],
    }),
  );
  return MetricDataResults?.[0]?.Values?.[0];
};

const until = (MetricName: string, Stat: string, expected: number, of?: Dimension): Promise<number> => {
  let found: number | undefined;
  return poll(
    async () => {
      found = await read(MetricName, Stat, of);
      return found === expected ? found : undefined;
    },
    5_000,
    () => `${Stat} of ${MetricName} is ${found}, expected ${expected}`,
  );
};

test('the metrics of a balancer are what was sent and answered, a second later', async () => {
  await serveGroup((request, response) => {
    const answer = () => response.writeHead(request.url === '/broken' ? 500 : 200).end();
    setTimeout(answer, request.url === '/slow' ? 200 : 20);
  });
  const paths = Array.from({ length: 300 }, (_, index) => {
    if (index % 10 === 0) return 'slow';
    return index % 25 === 1 ? 'broken' : 'fast';
  });
  for (let from = 0; from < paths.length; from += 50)
    await Promise.all(
      paths.slice(from, from + 50).map(async (path) => (await fetch(`${url}${path}`)).arrayBuffer()),
    );
  const broken = paths.filter((path) => path === 'broken').length;
  await until('RequestCount', 'Sum', 300);
  await until('RequestCount', 'Sum', 300, 'balancer');
  await until('RequestCountPerTarget', 'Sum', 300, 'group');
  await until('HTTPCode_Target_5XX_Count', 'Sum', broken);
  await until('HTTPCode_Target_2XX_Count', 'Sum', 300 - broken);
  expect(await read('HTTPCode_Target_4XX_Count', 'Sum')).toBeUndefined();
  expect(await read('HTTPCode_ELB_5XX_Count', 'Sum', 'balancer')).toBeUndefined();
  expect(await read('TargetResponseTime', 'SampleCount')).toBe(300);
  const [p50 = 0, p95 = 0] = [
    await read('TargetResponseTime', 'p50'),
    await read('TargetResponseTime', 'p95'),
  ];
  expect(p50).toBeGreaterThan(0.018);
  expect(p50).toBeLessThan(0.15);
  expect(p95).toBeGreaterThan(0.195);
  expect(p95).toBeLessThan(0.5);
  await until('HealthyHostCount', 'Maximum', 1);
  await until('UnHealthyHostCount', 'Minimum', 0);
});

test('nothing is reported of requests that did not flow', async () => {
  await serveGroup((_, response) => void response.end());
  await until('HealthyHostCount', 'Maximum', 1);
  const { Metrics = [] } = await cloudWatch.send(new ListMetricsCommand({ Namespace: 'AWS/ApplicationELB' }));
  expect(new Set(Metrics.map(({ MetricName }) => MetricName))).toEqual(
    new Set(['HealthyHostCount', 'UnHealthyHostCount']),
  );
});

test("the balancer's own answers count for it alone, and connections that failed for the group too", async () => {
  await serveGroup((_, response) => void response.end());
  await cleanUpBalancers();
  expect((await fetch(url)).status).toBe(502);
  await until('HTTPCode_ELB_502_Count', 'Sum', 1, 'balancer');
  await until('HTTPCode_ELB_5XX_Count', 'Sum', 1, 'balancer');
  await until('TargetConnectionErrorCount', 'Sum', 1);
  await elb.modifyListener({
    ListenerArn: listenerArn,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: await createGroup(elb, 'empty') }],
  });
  expect((await fetch(url)).status).toBe(503);
  await until('HTTPCode_ELB_503_Count', 'Sum', 1, 'balancer');
  expect(await read('HTTPCode_ELB_5XX_Count', 'Sum')).toBeUndefined();
});

test('the sums of a minute go on from where they were after a restart', async () => {
  await serveGroup((_, response) => void response.end());
  await fetch(url);
  await until('RequestCount', 'Sum', 1);
  await fetch(url);
  await running.stop();
  await start();
  expect(await read('RequestCount', 'Sum')).toBe(2);
  await poll(
    async () =>
      await fetch(url)
        .then(({ status }) => (status === 200 ? true : undefined))
        .catch(() => undefined),
    5_000,
    () => 'the listener is not open again',
  );
  await poll(
    async () => (((await read('RequestCount', 'Sum')) ?? 0) >= 3 ? true : undefined),
    5_000,
    () => 'the sum does not grow',
  );
});
