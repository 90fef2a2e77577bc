import { afterEach, describe, expect, test } from '@jest/globals';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { cleanUpBalancers, portOf, serve } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import { cleanUpWorlds, startWorld } from '#test/unit/localcloud/services/autoscaling/world';
import {
  createBalancer,
  createGroup,
  createListener,
  fixed,
  healthOf,
  preview,
  register,
  text,
} from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

afterEach(async () => {
  await cleanUpWorlds();
  await cleanUpBalancers();
});

describe('a target', () => {
  test('is unused until a rule refers to its group, even with weight 0, then initial, then healthy', async () => {
    const world = await startWorld(20);
    const { elb } = world;
    const TargetGroupArn = await createGroup(elb, 'green');
    let status = 503;
    const server = await serve((_, response) => {
      response.writeHead(status).end('green');
    });
    await register(world, TargetGroupArn, portOf(server));
    expect(await healthOf(elb, TargetGroupArn)).toEqual(['unused Target.NotInUse']);
    const listener = await createListener(elb, await createBalancer(elb));
    const { Rules: [rule] = [] } = await elb.createRule({
      ListenerArn: listener.arn,
      Priority: 1,
      Conditions: [preview],
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn, Weight: 0 }] } }],
    });
    expect((await healthOf(elb, TargetGroupArn))[0]).toMatch(/^initial Elb\./);
    status = 200;
    await eventually(async () => (await healthOf(elb, TargetGroupArn))[0] === 'healthy');
    expect((await fetch(listener.url, { headers: { 'x-preview': 'green' } })).status).toBe(503);
    await elb.modifyRule({ RuleArn: rule?.RuleArn, Actions: [{ Type: 'forward', TargetGroupArn }] });
    expect(await text(listener.url, { 'x-preview': 'green' })).toBe('green');
    const { TargetGroups } = await elb.describeTargetGroups({ TargetGroupArns: [TargetGroupArn] });
    expect(TargetGroups?.[0]?.LoadBalancerArns).toHaveLength(1);
    status = 500;
    await eventually(
      async () => (await healthOf(elb, TargetGroupArn))[0] === 'unhealthy Target.ResponseCodeMismatch',
    );
    await elb.deleteRule({ RuleArn: rule?.RuleArn });
    expect(await healthOf(elb, TargetGroupArn)).toEqual(['unused Target.NotInUse']);
  });

  test('L02 of a group without rules leaves at once, but not before its last request', async () => {
    const world = await startWorld(20);
    const { elb } = world;
    const TargetGroupArn = await createGroup(elb, 'blue');
    const open: (() => void)[] = [];
    const server = await serve((incoming, response) => {
      if (incoming.url === '/slow') open.push(() => response.end('slow'));
      else response.end('ok');
    });
    const target = await register(world, TargetGroupArn, portOf(server));
    const listener = await createListener(elb, await createBalancer(elb));
    const use = (action: Action): Promise<unknown> =>
      elb.modifyListener({ ListenerArn: listener.arn, DefaultActions: [action] });
    await use({ Type: 'forward', TargetGroupArn });
    await eventually(async () => (await healthOf(elb, TargetGroupArn))[0] === 'healthy');
    const slow = fetch(`${listener.url}slow`);
    await eventually(() => open.length === 1);
    await use(fixed('moved on'));
    await elb.deregisterTargets({ TargetGroupArn, Targets: [target] });
    expect(await healthOf(elb, TargetGroupArn)).toHaveLength(1);
    open[0]?.();
    expect(await (await slow).text()).toBe('slow');
    await eventually(async () => (await healthOf(elb, TargetGroupArn)).length === 0);
  });

  test('serves again after a restart of the local cloud, on the same port', async () => {
    const before = await startWorld(20);
    const TargetGroupArn = await createGroup(before.elb, 'blue');
    const server = await serve((_, response) => response.end('blue'));
    await register(before, TargetGroupArn, portOf(server));
    const listener = await createListener(before.elb, await createBalancer(before.elb));
    await before.elb.modifyListener({
      ListenerArn: listener.arn,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
    await eventually(async () => (await text(listener.url)) === 'blue');
    const after = await before.restart();
    await eventually(async () => (await text(listener.url)) === 'blue', undefined, 2);
    expect(await healthOf(after.elb, TargetGroupArn)).toEqual(['healthy']);
  });

  test('must be a running instance in a group of instances', async () => {
    const { elb, ec2 } = await startWorld();
    const TargetGroupArn = await createGroup(elb, 'blue', { TargetType: 'instance' });
    const Id = 'i-00000000000000001';
    await expect(elb.registerTargets({ TargetGroupArn, Targets: [{ Id }] })).rejects.toMatchObject({
      name: 'InvalidTargetException',
      message: `The following targets are not in a running state and cannot be registered: '${Id}'`,
    });
    expect(ec2.machines.size).toBe(0);
  });
});

describe('a target group', () => {
  test('is created once, and refused with other settings or bad ranges', async () => {
    const { elb } = await startWorld();
    const arn = await createGroup(elb, 'blue');
    expect(await createGroup(elb, 'blue')).toBe(arn);
    await expect(createGroup(elb, 'blue', { Port: 81 })).rejects.toMatchObject({
      name: 'DuplicateTargetGroupNameException',
    });
    await expect(createGroup(elb, '-blue')).rejects.toThrow("cannot begin or end with '-'");
    await expect(createGroup(elb, 'b', { HealthCheckTimeoutSeconds: 5 })).rejects.toThrow('greater than');
    await elb.deleteTargetGroup({ TargetGroupArn: arn });
    await expect(elb.describeTargetGroups({ Names: ['blue'] })).rejects.toMatchObject({
      name: 'TargetGroupNotFoundException',
    });
  });
});
