import {
  DescribeInstancesCommand,
  EC2ServiceException,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client, Instance } from '@aws-sdk/client-ec2';
import {
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2ServiceException,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import { MachineUnavailableError } from '../errors.ts';
import { instanceTypeFor } from '../machine/instance-type.ts';
import { userData } from '../machine/user-data.ts';
import type { Image, Release } from '../model.ts';
import { namesFor } from '../names.ts';
import type { Placement } from '../placement.ts';
import { TAG, tagsFor } from '../tags.ts';
import { createPreviewRule, deletePreviewRule } from '../traffic/preview-rule.ts';
import { createTargetGroup, deleteTargetGroup, findTargetGroup } from '../traffic/target-group.ts';

/** The one machine of a smoke test and how it is reached. */
export interface SmokeMachine {
  readonly instanceId: string;
  readonly targetGroupArn: string;
  /** Value of the preview header that reaches it. */
  readonly preview: string;
}

export interface SmokeMachineDeps {
  readonly ec2: EC2Client;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly clock: Clock;
  readonly stack: string;
  readonly placement: Placement;
}

/** The instance as EC2 describes it; undefined while its id is not known everywhere yet. */
export const readInstance = async (instanceId: string, ec2: EC2Client): Promise<Instance | undefined> => {
  try {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    return Reservations[0]?.Instances?.[0];
  } catch (error) {
    if (error instanceof EC2ServiceException && error.name === 'InvalidInstanceID.NotFound') return undefined;
    throw error;
  }
};

const runMachine = async (
  release: Release,
  image: Image,
  environment: string,
  deps: SmokeMachineDeps,
): Promise<string> => {
  const { Instances = [] } = await deps.ec2.send(
    new RunInstancesCommand({
      // One image, one try: a repeated state finds the machine it launched before.
      ClientToken: `smoke-${release.releaseId.slice(-16)}`,
      ImageId: image.imageId,
      InstanceType: instanceTypeFor(image.memoryMiB),
      MinCount: 1,
      MaxCount: 1,
      SubnetId: deps.placement.subnetIds[0],
      SecurityGroupIds: [deps.placement.securityGroupId],
      InstanceInitiatedShutdownBehavior: 'terminate',
      UserData: userData({ KILN_ENV: environment }),
      MetadataOptions: {
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 1,
        InstanceMetadataTags: 'enabled',
      },
      TagSpecifications: [
        { ResourceType: 'instance', Tags: tagsFor(deps.stack, release, { [TAG.environment]: environment }) },
      ],
    }),
  );
  return Instances[0]?.InstanceId ?? '';
};

const register = async (
  instanceId: string,
  targetGroupArn: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<void> => {
  try {
    await balancing.send(
      new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: [{ Id: instanceId }] }),
    );
  } catch (error) {
    // A machine that ended already cannot be registered; the caller sees its state and says why.
    const ended =
      error instanceof ElasticLoadBalancingV2ServiceException && error.name.startsWith('InvalidTarget');
    if (!ended) throw error;
  }
};

/**
 * Launches one machine of the image behind a preview rule of the balancer: no user reaches it. `environment` says whose
 * configuration it boots with. @throws MachineUnavailableError
 */
export const launchSmokeMachine = async (
  release: Release,
  image: Image,
  environment: string,
  deps: SmokeMachineDeps,
): Promise<SmokeMachine> => {
  const names = namesFor(deps.stack, release, 'smoke');
  const tags = tagsFor(deps.stack, release);
  const instanceId = await runMachine(release, image, environment, deps);
  const targetGroupArn = await createTargetGroup(
    { name: names.targetGroup, vpcId: deps.placement.vpcId, image, drainSeconds: 0, tags },
    deps.balancing,
  );
  const { listenerArn } = deps.placement;
  await createPreviewRule({ listenerArn, preview: names.preview, targetGroupArn, tags }, deps.balancing);
  const instance = await poll(
    deps.clock,
    { intervalMilliseconds: 250, timeoutMilliseconds: 180_000 },
    async () => {
      const found = await readInstance(instanceId, deps.ec2);
      return found === undefined || found.State?.Name === 'pending' ? undefined : found;
    },
  );
  const code = instance?.StateReason?.Code ?? '';
  if (instance === undefined || code.startsWith('Server.')) {
    throw new MachineUnavailableError(
      instanceId,
      instance?.StateReason?.Message ?? 'still pending after 180 s',
    );
  }
  await register(instanceId, targetGroupArn, deps.balancing);
  return { instanceId, targetGroupArn, preview: names.preview };
};

/** Removes everything a smoke test made, whatever part of it exists. */
export const removeSmokeMachine = async (
  release: Pick<Release, 'app' | 'releaseId'>,
  instanceIds: readonly string[],
  deps: {
    readonly ec2: EC2Client;
    readonly balancing: ElasticLoadBalancingV2Client;
    readonly stack: string;
    readonly listenerArn: string;
  },
): Promise<void> => {
  const names = namesFor(deps.stack, release, 'smoke');
  await deletePreviewRule(deps.listenerArn, names.preview, deps.balancing);
  const targetGroupArn = await findTargetGroup(names.targetGroup, deps.balancing);
  if (targetGroupArn !== undefined) {
    const targets = instanceIds.map((Id) => ({ Id }));
    if (targets.length > 0) {
      await deps.balancing.send(
        new DeregisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: targets }),
      );
    }
    await deleteTargetGroup(targetGroupArn, deps.balancing);
  }
  if (instanceIds.length > 0) {
    await deps.ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] }));
  }
};
