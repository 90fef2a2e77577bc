import { afterEach, describe, expect, test } from '@jest/globals';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { createElasticLoadBalancingWith } from '#localcloud/services/elasticloadbalancing/index';
import type { ElasticLoadBalancingOptions } from '#localcloud/services/elasticloadbalancing/index';
import { createBlueGreen } from '#test/helpers/blue-green';
import { startColourTarget } from '#test/helpers/colour-target';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { cleanUpBalancers } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import { createFakeEc2 } from '#test/unit/localcloud/services/autoscaling/fake-ec2';
import { createFastClock } from '#test/unit/localcloud/services/autoscaling/fast-clock';
import { healthOf, text } from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

const SPEED = 20;

const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo();
  await cleanUpBalancers();
});

interface LogLine {
  readonly message: string;
  readonly fields: object | undefined;
}

/** Elastic Load Balancing alone, on a clock that runs 20 times as fast, with its log and its clock's seconds. */
const startElb = async (options: ElasticLoadBalancingOptions = {}) => {
  const log: LogLine[] = [];
  const clock = createFastClock(SPEED);
  const testCloud = await startTestCloud({
    clock,
    services: [createFakeEc2().create, createElasticLoadBalancingWith(options)],
    log: (_, message, fields) => log.push({ message, fields }),
  });
  cleanUp.push(() => testCloud.stop());
  return { elb: new ElasticLoadBalancingV2(testCloud.clientConfig), log, seconds: () => clock.now() / 1_000 };
};

describe('L02 requests under way at deregistration', () => {
  test('L02 one of 30 s finishes; one longer than the delay is cut at its end, and reported', async () => {
    const { elb, log, seconds } = await startElb();
    const blue = await startColourTarget('blue');
    const green = await startColourTarget('green');
    const world = await createBlueGreen(elb, {
      bluePorts: [blue.port],
      greenPorts: [green.port],
      delaySeconds: 60,
    });
    const medium = fetch(`${world.url}slow`);
    const endless = fetch(`${world.url}slow`).then(
      () => 'answered',
      () => 'cut',
    );
    await eventually(() => blue.held.length === 2);
    const deregisteredAt = seconds();
    await world.weights(0, 100);
    await world.deregister(world.blue);
    expect(await healthOf(elb, world.blue.arn)).toEqual(['draining Target.DeregistrationInProgress']);
    expect(await text(world.url)).toBe('green');
    await eventually(() => seconds() - deregisteredAt > 30);
    blue.held[0]?.end('after 30 s');
    expect(await (await medium).text()).toBe('after 30 s');
    expect(await healthOf(elb, world.blue.arn)).toEqual(['draining Target.DeregistrationInProgress']);
    expect(await endless).toBe('cut');
    expect(seconds() - deregisteredAt).toBeGreaterThanOrEqual(60);
    await eventually(async () => (await healthOf(elb, world.blue.arn)).length === 0);
    expect(log.filter(({ message }) => message === 'requests cut at the end of draining')).toEqual([
      {
        message: 'requests cut at the end of draining',
        fields: { targetGroupArn: world.blue.arn, target: '127.0.0.1', port: blue.port, requests: 1 },
      },
    ]);
    const { TargetHealthDescriptions } = await elb.describeTargetHealth({
      TargetGroupArn: world.blue.arn,
      Targets: [{ Id: '127.0.0.1', Port: blue.port }],
    });
    expect(TargetHealthDescriptions?.[0]?.TargetHealth?.Reason).toBe('Target.NotRegistered');
  });

  test('L02 no request is lost when targets are taken out one after the other under load', async () => {
    const { elb } = await startElb();
    const targets = await Promise.all(['a', 'b', 'c', 'd'].map(startColourTarget));
    const ports = targets.map(({ port }) => port);
    const world = await createBlueGreen(elb, { bluePorts: ports, greenPorts: [], delaySeconds: 10 });
    const done = new AbortController();
    const statuses: Record<number, number> = {};
    const clients = Array.from({ length: 10 }, async () => {
      while (!done.signal.aborted) {
        const response = await fetch(world.url);
        await response.text();
        statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      }
    });
    for (const port of ports.slice(1)) {
      await world.deregister({ ...world.blue, ports: [port] });
      await eventually(async () =>
        (await healthOf(elb, world.blue.arn)).every((state) => state === 'healthy'),
      );
    }
    done.abort();
    await Promise.all(clients);
    expect(Object.keys(statuses)).toEqual(['200']);
  });
});

describe('L03 requests after deregistration', () => {
  test('L03 still reach the target for as long as the change takes to spread, and are served', async () => {
    const { elb, seconds } = await startElb({ propagationSeconds: 25 });
    const [leaving, staying] = await Promise.all(['leaving', 'staying'].map(startColourTarget));
    const world = await createBlueGreen(elb, {
      bluePorts: [leaving?.port ?? 0, staying?.port ?? 0],
      greenPorts: [],
      delaySeconds: 60,
    });
    // The rule itself takes its time to spread as well.
    await eventually(async () => (await text(world.url)) !== 'default');
    const deregisteredAt = seconds();
    await world.deregister({ ...world.blue, ports: [leaving?.port ?? 0] });
    expect(await healthOf(elb, world.blue.arn)).toContain('draining Target.DeregistrationInProgress');
    let lastServed = 0;
    while (seconds() - deregisteredAt < 40) {
      const response = await fetch(world.url);
      expect(response.status).toBe(200);
      if ((await response.text()) === 'leaving') lastServed = seconds() - deregisteredAt;
    }
    expect(lastServed).toBeGreaterThan(20);
    expect(lastServed).toBeLessThan(30);
    await eventually(async () => (await healthOf(elb, world.blue.arn)).length === 1);
  });

  test('L03 a changed weight reads back at once and moves traffic only when it has spread', async () => {
    const { elb, seconds } = await startElb({ propagationSeconds: 10 });
    const [blue, green] = await Promise.all(['blue', 'green'].map(startColourTarget));
    const world = await createBlueGreen(elb, {
      bluePorts: [blue?.port ?? 0],
      greenPorts: [green?.port ?? 0],
      delaySeconds: 60,
    });
    await eventually(async () => (await text(world.url)) === 'blue');
    const changedAt = seconds();
    await world.weights(0, 100);
    const { Rules } = await elb.describeRules({ RuleArns: [world.ruleArn] });
    expect(Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight)).toEqual([
      0, 100,
    ]);
    expect(await text(world.url)).toBe('blue');
    await eventually(async () => (await text(world.url)) === 'green');
    expect(seconds() - changedAt).toBeGreaterThanOrEqual(10);
    expect(await text(world.url)).toBe('green');
  });
});
