import {
  DescribeInstancesCommand,
  EC2ServiceException,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { _InstanceType, EC2Client, Instance } from '@aws-sdk/client-ec2';
import {
  ElasticLoadBalancingV2ServiceException,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import { MachineUnavailableError } from '../errors.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { instanceTypeFor } from '../machine/instance-type.ts';
import { userData } from '../machine/user-data.ts';
import type { Image, InstanceId, Release } from '../model.ts';
import { namesFor } from '../names.ts';
import type { Placement } from '../placement.ts';
import { TAG, tagsFor } from '../tags.ts';
import { createPreviewRule, deletePreviewRule } from '../traffic/preview-rule.ts';
import { createTargetGroup, deleteTargetGroup, findTargetGroup } from '../traffic/target-group.ts';

/** The one machine of a smoke test and how it is reached. */
export interface SmokeMachine {
  readonly instanceId: InstanceId;
  readonly targetGroupArn: string;
  /** Value of the preview header that reaches it. */
  readonly preview: string;
  /** When its launch was asked for. */
  readonly launchedAt: Date;
}

export interface SmokeMachineDeps {
  readonly ec2: EC2Client;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly clock: Clock;
  readonly stack: string;
  readonly placement: Placement;
  /** Told of every machine as soon as it has an id, so that it can be ended whatever follows. */
  readonly onLaunched: (instanceId: string) => void;
}

/** What a smoke test's machine, target group and rule are marked with, and nothing else. */
export const SMOKE = 'smoke';
const RUNNING_WITHIN_SECONDS = 60;
/** RunInstances errors that another zone may not have ("Error codes for the Amazon EC2 API"). */
const ZONE_FAILURES = new Set([
  'InsufficientInstanceCapacity',
  'Unsupported',
  'InsufficientFreeAddressesInSubnet',
]);

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

const run = async (
  release: Release,
  image: Image,
  environment: DeployedEnvironment,
  attempt: number,
  deps: SmokeMachineDeps,
): Promise<InstanceId> => {
  const { subnetIds, securityGroupId } = deps.placement;
  const { Instances = [] } = await deps.ec2.send(
    new RunInstancesCommand({
      // A repeated state finds the machine it launched before.
      ClientToken: `smoke-${release.releaseId.slice(-16)}-${attempt}`,
      ImageId: image.imageId,
      InstanceType: (environment.instanceType ?? instanceTypeFor(image.memoryMiB)) as _InstanceType,
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnetIds[attempt % subnetIds.length],
      SecurityGroupIds: [securityGroupId],
      InstanceInitiatedShutdownBehavior: 'terminate',
      UserData: userData({ ...environment.parameters, KILN_ENV: environment.name }),
      MetadataOptions: {
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 1,
        InstanceMetadataTags: 'enabled',
      },
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: tagsFor(deps.stack, release, { [TAG.environment]: environment.name, [TAG.purpose]: SMOKE }),
        },
      ],
    }),
  );
  return Instances[0]?.InstanceId as InstanceId;
};

/** Why an instance never ran, or undefined: it ran, or its own app ended it, and the image is to be judged. */
const whyNot = (instance: Instance | undefined): string | undefined => {
  if (instance === undefined) return `still pending after ${RUNNING_WITHIN_SECONDS} s`;
  const { Code = '', Message = '' } = instance.StateReason ?? {};
  return Code.startsWith('Server.') || Code === 'Client.UserInitiatedShutdown'
    ? `${Code}: ${Message}`
    : undefined;
};

/** Launches a machine and waits until it runs; `problem` says why it never did. */
const launch = async (
  release: Release,
  image: Image,
  environment: DeployedEnvironment,
  attempt: number,
  deps: SmokeMachineDeps,
): Promise<{ readonly instanceId: InstanceId; readonly problem: string | undefined }> => {
  const instanceId = await run(release, image, environment, attempt, deps);
  deps.onLaunched(instanceId);
  const instance = await poll(
    deps.clock,
    { intervalMilliseconds: 250, timeoutMilliseconds: RUNNING_WITHIN_SECONDS * 1000 },
    async () => {
      const found = await readInstance(instanceId, deps.ec2);
      return found === undefined || found.State?.Name === 'pending' ? undefined : found;
    },
  );
  return { instanceId, problem: whyNot(instance) };
};

/** Zone after zone, twice: one may be full, and a machine that an earlier attempt of this state ended does not come back. */
const runMachine = async (
  release: Release,
  image: Image,
  environment: DeployedEnvironment,
  deps: SmokeMachineDeps,
): Promise<InstanceId> => {
  let failed = { instanceId: 'none', problem: 'no subnet to launch it in' };
  for (let attempt = 0; attempt < deps.placement.subnetIds.length * 2; attempt += 1) {
    try {
      const { instanceId, problem } = await launch(release, image, environment, attempt, deps);
      if (problem === undefined) return instanceId;
      failed = { instanceId, problem };
    } catch (error) {
      if (!(error instanceof EC2ServiceException && ZONE_FAILURES.has(error.name))) throw error;
      failed = { ...failed, problem: `${error.name}: ${error.message}` };
    }
  }
  throw new MachineUnavailableError(failed.instanceId, failed.problem);
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
 * Launches one machine of the image behind a preview rule of the balancer: no user reaches it. It boots with the
 * configuration of the environment and is reached through its listener. @throws MachineUnavailableError
 */
export const launchSmokeMachine = async (
  release: Release,
  image: Image,
  environment: DeployedEnvironment,
  deps: SmokeMachineDeps,
): Promise<SmokeMachine> => {
  const names = namesFor(deps.stack, release, SMOKE);
  const tags = tagsFor(deps.stack, release);
  const launchedAt = deps.clock.now();
  const instanceId = await runMachine(release, image, environment, deps);
  const targetGroupArn = await createTargetGroup(
    { name: names.targetGroup, vpcId: deps.placement.vpcId, image, drainSeconds: 0, tags },
    deps.balancing,
  );
  const { listenerArn } = environment;
  await createPreviewRule({ listenerArn, preview: names.preview, targetGroupArn, tags }, deps.balancing);
  await register(instanceId, targetGroupArn, deps.balancing);
  return { instanceId, targetGroupArn, preview: names.preview, launchedAt };
};

const terminate = async (instanceIds: readonly string[], ec2: EC2Client): Promise<void> => {
  for (const instanceId of instanceIds) {
    try {
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    } catch (error) {
      const gone = error instanceof EC2ServiceException && error.name === 'InvalidInstanceID.NotFound';
      if (!gone) throw error;
    }
  }
};

/** Removes everything a smoke test made, whatever part of it exists: the machines first, since they cost the most. */
export const removeSmokeMachine = async (
  release: Pick<Release, 'app' | 'releaseId'>,
  instanceIds: readonly string[],
  deps: {
    readonly ec2: EC2Client;
    readonly balancing: ElasticLoadBalancingV2Client;
    readonly clock: Clock;
    readonly stack: string;
    /** Where its rule may be. */
    readonly listenerArns: readonly string[];
  },
): Promise<void> => {
  const names = namesFor(deps.stack, release, SMOKE);
  await terminate(instanceIds, deps.ec2);
  for (const listenerArn of deps.listenerArns)
    await deletePreviewRule(listenerArn, names.preview, deps.balancing);
  const targetGroupArn = await findTargetGroup(names.targetGroup, deps.balancing);
  if (targetGroupArn !== undefined) await deleteTargetGroup(targetGroupArn, deps);
};
