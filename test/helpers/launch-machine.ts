import { RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancersCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { userData } from '#pipeline/machine/user-data';
import { createPreviewRule, PREVIEW_HEADER } from '#pipeline/traffic/preview-rule';
import { createTargetGroup, readTargetHealth } from '#pipeline/traffic/target-group';
import { poll } from './poll.ts';
import type { RunningKiln } from './start-kiln.ts';

const MINUTE = 60_000;

/** A machine behind the balancer that only requests with the preview header reach. */
export interface LaunchedMachine extends AsyncDisposable {
  readonly instanceId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Launches one machine of an image with an environment of its own and waits until it is healthy. */
export const launchMachine = async (
  { connection, stack }: RunningKiln,
  imageId: string,
  environment: Readonly<Record<string, string>>,
): Promise<LaunchedMachine> => {
  const { balancing, ec2 } = connection;
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: imageId,
      InstanceType: 't3.nano',
      MinCount: 1,
      MaxCount: 1,
      UserData: userData(environment),
      MetadataOptions: { HttpTokens: 'required' },
    }),
  );
  const instanceId = Instances[0]?.InstanceId ?? '';
  const { LoadBalancers = [] } = await balancing.send(new DescribeLoadBalancersCommand({}));
  const targetGroupArn = await createTargetGroup(
    {
      name: `test-${instanceId.slice(-8)}`,
      vpcId: LoadBalancers[0]?.VpcId ?? '',
      image: { port: 8080, healthPath: '/health' },
      drainSeconds: 0,
      tags: [],
    },
    balancing,
  );
  const rule = {
    listenerArn: stack.environments[0].listenerArn,
    preview: instanceId,
    targetGroupArn,
    tags: [],
  };
  const ruleArn = await createPreviewRule(rule, balancing);
  const register = new RegisterTargetsCommand({
    TargetGroupArn: targetGroupArn,
    Targets: [{ Id: instanceId }],
  });
  // A pending instance cannot be registered yet.
  await poll(
    () =>
      balancing.send(register).then(
        () => true,
        () => undefined,
      ),
    MINUTE,
    () => `'${instanceId}' cannot be registered`,
  );
  await poll(
    async () => {
      const [target] = await readTargetHealth(targetGroupArn, balancing);
      return target?.TargetHealth?.State === 'healthy' ? true : undefined;
    },
    2 * MINUTE,
    () => `'${instanceId}' is not healthy`,
  );
  return {
    instanceId,
    headers: { [PREVIEW_HEADER]: instanceId },
    [Symbol.asyncDispose]: async () => {
      await balancing.send(new DeleteRuleCommand({ RuleArn: ruleArn }));
      await balancing.send(new DeleteTargetGroupCommand({ TargetGroupArn: targetGroupArn }));
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    },
  };
};
