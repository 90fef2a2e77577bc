import { afterEach, describe, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { createBlueGreen } from '#test/helpers/blue-green';
import { cleanUpBalancers, portOf, serve } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import { cleanUpWorlds, startWorld } from '#test/unit/localcloud/services/autoscaling/world';
import { healthOf, text } from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

afterEach(async () => {
  await cleanUpWorlds();
  await cleanUpBalancers();
});

// The check interval of 5 s takes 250 ms.
const SPEED = 20;

/** A target whose health check answers what `status` says for the check of that number, from 0. */
const startTarget = async (name: string, status: (check: number) => number) => {
  let checks = 0;
  const listener: RequestListener = ({ headers }, response) => {
    if (headers['user-agent'] !== 'ELB-HealthChecker/2.0') {
      response.end(name);
      return;
    }
    response.writeHead(status(checks)).end();
    checks += 1;
  };
  return { port: portOf(await serve(listener)), checks: () => checks };
};

const startGroup = async (...ports: number[]) => {
  const { elb } = await startWorld(SPEED);
  const world = await createBlueGreen(elb, { bluePorts: ports, greenPorts: [], delaySeconds: 0 });
  return { elb, world, health: () => healthOf(elb, world.blue.arn) };
};

describe('L08 health that flaps', () => {
  test('L08 every other check keeps a healthy target healthy, and requests coming to it', async () => {
    const target = await startTarget('flapping', (check) => (check % 2 === 0 ? 200 : 500));
    const { world, health } = await startGroup(target.port);
    const seen = new Set<string | undefined>();
    await eventually(async () => {
      for (const state of await health()) seen.add(state);
      expect(await text(world.url)).toBe('flapping');
      return target.checks() >= 12;
    });
    expect([...seen]).toEqual(['healthy']);
  });

  test('L08 every other check keeps an unhealthy target unhealthy, and requests away from it', async () => {
    // Passes the first check, then fails two, the threshold, and from then on every other one.
    const flapping = await startTarget('flapping', (check) =>
      check === 0 || (check % 2 === 1 && check > 2) ? 200 : 500,
    );
    const steady = await startTarget('steady', () => 200);
    const { world, health } = await startGroup(flapping.port, steady.port);
    await eventually(async () => (await health()).some((state) => state?.startsWith('unhealthy')));
    const since = flapping.checks();
    const answers = new Set<string>();
    await eventually(async () => {
      expect((await health()).filter((state) => state === 'healthy')).toHaveLength(1);
      answers.add(await text(world.url));
      return flapping.checks() >= since + 8;
    });
    expect([...answers]).toEqual(['steady']);
  });

  test('L08 as many checks in a row as the threshold change the state, either way', async () => {
    let status = 200;
    const target = await startTarget('target', () => status);
    const { health } = await startGroup(target.port);
    status = 500;
    const failedFrom = target.checks();
    await eventually(async () => (await health())[0] === 'unhealthy Target.ResponseCodeMismatch');
    expect(target.checks() - failedFrom).toBeGreaterThanOrEqual(2);
    status = 200;
    const passedFrom = target.checks();
    await eventually(async () => (await health())[0] === 'healthy');
    expect(target.checks() - passedFrom).toBeGreaterThanOrEqual(2);
  });
});

describe('L06 a group without a healthy target', () => {
  test('L06 fails open: all of its unhealthy targets get requests, none once one is healthy again', async () => {
    let status = 200;
    const recovering = await startTarget('recovering', () => status);
    let other = 200;
    const ill = await startTarget('ill', () => other);
    const { world, health } = await startGroup(recovering.port, ill.port);
    status = 500;
    other = 500;
    await eventually(async () => (await health()).every((state) => state?.startsWith('unhealthy')));
    const answers = async (): Promise<string[]> => {
      const names = new Set<string>();
      for (let index = 0; index < 8; index += 1) names.add(await text(world.url));
      return [...names].toSorted();
    };
    expect(await answers()).toEqual(['ill', 'recovering']);
    status = 200;
    await eventually(async () => (await health()).includes('healthy'));
    expect(await answers()).toEqual(['recovering']);
  });

  test('L06 does not fail open to targets that were never checked', async () => {
    const target = await startTarget('new', () => 500);
    const { elb } = await startWorld();
    const world = await createBlueGreen(elb, { bluePorts: [], greenPorts: [], delaySeconds: 0 });
    await elb.registerTargets({
      TargetGroupArn: world.blue.arn,
      Targets: [{ Id: '127.0.0.1', Port: target.port }],
    });
    await eventually(() => target.checks() > 1);
    expect((await healthOf(elb, world.blue.arn))[0]).toMatch(/^initial /);
    expect((await fetch(world.url)).status).toBe(503);
  });
});
