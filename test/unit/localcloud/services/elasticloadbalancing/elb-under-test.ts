import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { freePort } from '../autoscaling/eventually.ts';
import { fakeSubnets } from '../autoscaling/fake-ec2.ts';
import type { World } from '../autoscaling/world.ts';

/** Creates a target group of `ip` targets with quick checks; answers its ARN. */
export const createGroup = async (
  elb: ElasticLoadBalancingV2,
  Name: string,
  more: object = {},
): Promise<string> => {
  const { TargetGroups } = await elb.createTargetGroup({
    Name,
    Protocol: 'HTTP',
    Port: 8080,
    TargetType: 'ip',
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    UnhealthyThresholdCount: 2,
    HealthyThresholdCount: 2,
    ...more,
  });
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
};

/** Creates a load balancer; answers its ARN. */
export const createBalancer = async (elb: ElasticLoadBalancingV2, Name = 'main'): Promise<string> =>
  (await elb.createLoadBalancer({ Name, Subnets: fakeSubnets })).LoadBalancers?.[0]?.LoadBalancerArn ?? '';

/** An action that answers 200 and the text. */
export const fixed = (MessageBody: string) => ({
  Type: 'fixed-response' as const,
  FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody },
});

/** Opens a listener on a free port that answers `default`. */
export const createListener = async (
  elb: ElasticLoadBalancingV2,
  LoadBalancerArn: string,
): Promise<{ arn: string; port: number; url: string }> => {
  const port = await freePort();
  const { Listeners } = await elb.createListener({
    LoadBalancerArn,
    Protocol: 'HTTP',
    Port: port,
    DefaultActions: [fixed('default')],
  });
  return { arn: Listeners?.[0]?.ListenerArn ?? '', port, url: `http://127.0.0.1:${port}/` };
};

/** A condition on the header that marks preview traffic. */
export const preview = {
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName: 'x-preview', Values: ['green'] },
};

/** State and reason of every target. */
export const healthOf = async (
  elb: ElasticLoadBalancingV2,
  TargetGroupArn: string,
): Promise<(string | undefined)[]> =>
  ((await elb.describeTargetHealth({ TargetGroupArn })).TargetHealthDescriptions ?? []).map(
    ({ TargetHealth }) =>
      [TargetHealth?.State, TargetHealth?.Reason].filter((part) => part !== undefined).join(' '),
  );

/** Body of the answer to a GET. */
export const text = async (url: string, headers: Record<string, string> = {}): Promise<string> =>
  (await fetch(url, { headers })).text();

/** Registers a port of this host. */
export const register = async (
  { elb }: World,
  TargetGroupArn: string,
  port: number,
): Promise<{ Id: string; Port: number }> => {
  const target = { Id: '127.0.0.1', Port: port };
  await elb.registerTargets({ TargetGroupArn, Targets: [target] });
  return target;
};
