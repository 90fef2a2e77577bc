import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { cleanUpBalancers, listen, portOf } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { fakeSubnets } from '#test/unit/localcloud/services/autoscaling/fake-ec2';
import { cleanUpWorlds, startWorld } from '#test/unit/localcloud/services/autoscaling/world';
import {
  createBalancer,
  createGroup,
  createListener,
  fixed,
  preview,
  text,
} from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

afterEach(async () => {
  await cleanUpWorlds();
  await cleanUpBalancers();
});

describe('a load balancer', () => {
  test('is described as AWS describes it', async () => {
    const { elb } = await startWorld();
    const { LoadBalancers: [created] = [] } = await elb.createLoadBalancer({
      Name: 'main',
      Subnets: fakeSubnets,
      Tags: [{ Key: 'kiln', Value: 'yes' }],
    });
    expect(created?.LoadBalancerArn).toMatch(
      /^arn:aws:elasticloadbalancing:eu-central-1:000000000000:loadbalancer\/app\/main\/[0-9a-f]{16}$/,
    );
    expect(created?.State?.Code).toBe('provisioning');
    const { LoadBalancers: [found] = [] } = await elb.describeLoadBalancers({ Names: ['main'] });
    expect(found).toMatchObject({
      DNSName: '127.0.0.1',
      Scheme: 'internet-facing',
      State: { Code: 'active' },
      Type: 'application',
      VpcId: 'vpc-1',
    });
    expect(found?.CreatedTime).toBeInstanceOf(Date);
    const { TagDescriptions } = await elb.describeTags({ ResourceArns: [created?.LoadBalancerArn ?? ''] });
    expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: 'kiln', Value: 'yes' }]);
  });

  test('is created once: the same call again answers the same, another one is refused', async () => {
    const { elb } = await startWorld();
    const arn = await createBalancer(elb);
    expect(await createBalancer(elb)).toBe(arn);
    await expect(
      elb.createLoadBalancer({ Name: 'main', Subnets: fakeSubnets, Scheme: 'internal' }),
    ).rejects.toMatchObject({ name: 'DuplicateLoadBalancerNameException' });
    await expect(elb.createLoadBalancer({ Name: 'one', Subnets: ['subnet-a'] })).rejects.toThrow(
      'At least two subnets in two different Availability Zones',
    );
    await expect(elb.createLoadBalancer({ Name: 'x'.repeat(33), Subnets: fakeSubnets })).rejects.toThrow(
      '32',
    );
    await expect(elb.describeLoadBalancers({ Names: ['none'] })).rejects.toMatchObject({
      name: 'LoadBalancerNotFoundException',
    });
  });

  test('has attributes with defaults, and refuses those it cannot carry out', async () => {
    const { elb } = await startWorld();
    const LoadBalancerArn = await createBalancer(elb);
    const idle = { Key: 'idle_timeout.timeout_seconds', Value: '120' };
    const { Attributes = [] } = await elb.modifyLoadBalancerAttributes({
      LoadBalancerArn,
      Attributes: [idle],
    });
    expect(Attributes).toContainEqual(idle);
    expect(Attributes).toContainEqual({ Key: 'deletion_protection.enabled', Value: 'false' });
    await expect(
      elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ ...idle, Value: '4001' }] }),
    ).rejects.toMatchObject({ name: 'ValidationError' });
    const TargetGroupArn = await createGroup(elb, 'blue');
    await expect(
      elb.modifyTargetGroupAttributes({
        TargetGroupArn,
        Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }],
      }),
    ).rejects.toThrow('not supported by the local cloud');
  });
});

describe('listeners and rules', () => {
  test('serve by priority, and the whole action list is replaced by a change', async () => {
    const { elb } = await startWorld();
    const listener = await createListener(elb, await createBalancer(elb));
    const { Rules: [low] = [] } = await elb.createRule({
      ListenerArn: listener.arn,
      Priority: 20,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
      Actions: [fixed('low')],
    });
    await elb.createRule({
      ListenerArn: listener.arn,
      Priority: 10,
      Conditions: [preview],
      Actions: [fixed('preview')],
    });
    expect(await text(listener.url)).toBe('low');
    expect(await text(listener.url, { 'X-Preview': 'green' })).toBe('preview');
    const { Rules } = await elb.describeRules({ ListenerArn: listener.arn });
    expect(Rules?.map(({ Priority }) => Priority)).toEqual(['10', '20', 'default']);
    await elb.setRulePriorities({ RulePriorities: [{ RuleArn: low?.RuleArn, Priority: 5 }] });
    expect(await text(listener.url, { 'X-Preview': 'green' })).toBe('low');
    await elb.modifyRule({ RuleArn: low?.RuleArn, Actions: [fixed('changed')] });
    expect(await text(listener.url)).toBe('changed');
    await elb.deleteRule({ RuleArn: low?.RuleArn });
    expect(await text(listener.url)).toBe('default');
    await elb.modifyListener({ ListenerArn: listener.arn, DefaultActions: [fixed('other')] });
    expect(await text(listener.url)).toBe('other');
    await elb.deleteListener({ ListenerArn: listener.arn });
    await expect(fetch(listener.url)).rejects.toThrow('fetch failed');
  });

  test('are refused with the errors of AWS', async () => {
    const { elb } = await startWorld();
    const LoadBalancerArn = await createBalancer(elb);
    const { arn: ListenerArn } = await createListener(elb, LoadBalancerArn);
    const rule = { ListenerArn, Priority: 10, Conditions: [preview], Actions: [fixed('a')] };
    await elb.createRule(rule);
    await expect(elb.createRule(rule)).rejects.toMatchObject({ name: 'PriorityInUseException' });
    await expect(elb.createRule({ ...rule, Priority: 50_001 })).rejects.toMatchObject({
      name: 'ValidationError',
    });
    const groups = await Promise.all(
      Array.from({ length: 6 }, (_, index) => createGroup(elb, `group-${index}`)),
    );
    const forward = (count: number, Weight: number) => ({
      Type: 'forward' as const,
      ForwardConfig: {
        TargetGroups: groups.slice(0, count).map((TargetGroupArn) => ({ TargetGroupArn, Weight })),
      },
    });
    await expect(elb.createRule({ ...rule, Priority: 1, Actions: [forward(6, 1)] })).rejects.toMatchObject({
      name: 'TooManyTargetGroupsException',
    });
    await expect(elb.createRule({ ...rule, Priority: 1, Actions: [forward(1, 1_000)] })).rejects.toThrow(
      '999',
    );
    await elb.createRule({ ...rule, Priority: 1, Actions: [forward(5, 999)] });
    await expect(elb.deleteTargetGroup({ TargetGroupArn: groups[0] })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    const second = await createListener(elb, await createBalancer(elb, 'second'));
    await expect(
      elb.modifyListener({ ListenerArn: second.arn, DefaultActions: [forward(1, 1)] }),
    ).rejects.toMatchObject({ name: 'TargetGroupAssociationLimitException' });
    await expect(
      elb.modifyRule({ RuleArn: `${ListenerArn}/0`, Actions: [fixed('x')] }),
    ).rejects.toMatchObject({ name: 'RuleNotFoundException' });
  });

  test('say clearly that a port is taken', async () => {
    const { elb } = await startWorld();
    const taken = await listen(createServer());
    await expect(
      elb.createListener({
        LoadBalancerArn: await createBalancer(elb),
        Protocol: 'HTTP',
        Port: portOf(taken),
        DefaultActions: [fixed('a')],
      }),
    ).rejects.toThrow(`listener port ${portOf(taken)} of 127.0.0.1 is already in use`);
  });
});
