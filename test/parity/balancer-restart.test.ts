import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { createBlueGreen } from '#test/helpers/blue-green';
import { startColourTarget } from '#test/helpers/colour-target';
import { startKillableCloud } from '#test/helpers/killable-cloud';
import { cleanUpBalancers } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import { cleanUpWorlds, startWorld } from '#test/unit/localcloud/services/autoscaling/world';
import { healthOf, text } from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
  await cleanUpWorlds();
  await cleanUpBalancers();
});

const answerOf = (url: string): Promise<string> => text(url).catch(() => 'refused');

describe('L09 the balancer is killed', () => {
  test('L09 listeners, rules and weights serve again within 2 s of the restart, and draining goes on', async () => {
    const [blue, green, leaving] = await Promise.all(['blue', 'green', 'leaving'].map(startColourTarget));
    const cloud = await startKillableCloud({ fixture: 'balancer-process' });
    cleanUp.push(() => cloud.end());
    const before = new ElasticLoadBalancingV2(cloud.clientConfig);
    const world = await createBlueGreen(before, {
      bluePorts: [blue?.port ?? 0, leaving?.port ?? 0],
      greenPorts: [green?.port ?? 0],
      delaySeconds: 300,
      weights: [50, 50],
    });
    await world.deregister({ ...world.blue, ports: [leaving?.port ?? 0] });
    const underWay = fetch(`${world.url}slow`).then(
      () => 'answered',
      () => 'cut',
    );
    await eventually(() => [blue, green].some((target) => target?.held.length === 1));

    await cloud.killAndRestart();
    const restartedAt = performance.now();
    expect(await underWay).toBe('cut');
    const after = new ElasticLoadBalancingV2(cloud.clientConfig);
    const healthy = (): Promise<(string | undefined)[][]> =>
      Promise.all([world.blue, world.green].map(({ arn }) => healthOf(after, arn)));
    await eventually(
      async () => (await healthy()).flat().filter((state) => state === 'healthy').length === 2,
      healthy,
      2,
    );
    const answers = new Set<string>();
    for (let index = 0; index < 20; index += 1) answers.add(await answerOf(world.url));
    expect([...answers].toSorted()).toEqual(['blue', 'green']);
    expect(performance.now() - restartedAt).toBeLessThan(2_000);
    expect(new Set(await healthOf(after, world.blue.arn))).toEqual(
      new Set(['healthy', 'draining Target.DeregistrationInProgress']),
    );
    const { Rules } = await after.describeRules({ RuleArns: [world.ruleArn] });
    expect(Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups).toEqual([
      { TargetGroupArn: world.blue.arn, Weight: 50 },
      { TargetGroupArn: world.green.arn, Weight: 50 },
    ]);
  }, 20_000);

  test('L09 a port that somebody else took meanwhile serves within 2 s after it is free again', async () => {
    const blue = await startColourTarget('blue');
    const first = await startWorld();
    const world = await createBlueGreen(first.elb, {
      bluePorts: [blue.port],
      greenPorts: [],
      delaySeconds: 0,
    });
    const squatter = createServer((_, response) => response.end('squatter'));
    await first.restart(() => squatter.listen(world.port, '127.0.0.1'));
    expect(await answerOf(world.url)).toBe('squatter');
    squatter.close();
    squatter.closeAllConnections();
    await eventually(async () => (await answerOf(world.url)) === 'blue', undefined, 2);
  });
});
