import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2ServiceException,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type {
  ElasticLoadBalancingV2Client,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import type { Image } from '../model.ts';
import type { ResourceTag } from '../tags.ts';

// The fastest that the balancer allows (AWS-FACTS 4.4): serving about 5 s after registration.
const HEALTH_CHECK_INTERVAL_SECONDS = 5;
const HEALTH_CHECK_TIMEOUT_SECONDS = 4;

const isGone = (error: unknown): boolean =>
  error instanceof ElasticLoadBalancingV2ServiceException && error.name.startsWith('TargetGroupNotFound');

/** The ARN of the target group of that name, if there is one. */
export const findTargetGroup = async (
  name: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<string | undefined> => {
  try {
    const { TargetGroups = [] } = await balancing.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    return TargetGroups[0]?.TargetGroupArn;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};

/** A target group to be made for a release. */
export interface NewTargetGroup {
  readonly name: string;
  readonly vpcId: string;
  readonly image: Pick<Image, 'port' | 'healthPath'>;
  readonly drainSeconds: number;
  readonly tags: readonly ResourceTag[];
}

const create = async (
  group: NewTargetGroup,
  balancing: ElasticLoadBalancingV2Client,
): Promise<string | undefined> => {
  try {
    const { TargetGroups = [] } = await balancing.send(
      new CreateTargetGroupCommand({
        Name: group.name,
        Protocol: 'HTTP',
        Port: group.image.port,
        VpcId: group.vpcId,
        TargetType: 'instance',
        HealthCheckPath: group.image.healthPath,
        HealthCheckIntervalSeconds: HEALTH_CHECK_INTERVAL_SECONDS,
        HealthCheckTimeoutSeconds: HEALTH_CHECK_TIMEOUT_SECONDS,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 3,
        Matcher: { HttpCode: '200' },
        Tags: [...group.tags],
      }),
    );
    return TargetGroups[0]?.TargetGroupArn;
  } catch (error) {
    // The answer to an earlier call was lost.
    const exists =
      error instanceof ElasticLoadBalancingV2ServiceException &&
      error.name.startsWith('DuplicateTargetGroupName');
    if (!exists) throw error;
    return findTargetGroup(group.name, balancing);
  }
};

/**
 * Creates the target group, or finds the one of that name that an earlier attempt made. Stickiness stays off: a sticky
 * client of an emptied group would get 503 until its cookie ends.
 */
export const createTargetGroup = async (
  group: NewTargetGroup,
  balancing: ElasticLoadBalancingV2Client,
): Promise<string> => {
  const targetGroupArn = await create(group, balancing);
  if (targetGroupArn === undefined) throw new Error(`target group '${group.name}' exists and cannot be read`);
  await balancing.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: targetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(group.drainSeconds) }],
    }),
  );
  return targetGroupArn;
};

/** Every registered target and how it is; empty when the group is gone. */
export const readTargetHealth = async (
  targetGroupArn: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<TargetHealthDescription[]> => {
  try {
    const { TargetHealthDescriptions = [] } = await balancing.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
    );
    return TargetHealthDescriptions;
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
};

/** How many of the targets are healthy. */
export const countHealthy = (targets: readonly TargetHealthDescription[]): number =>
  targets.filter((target) => target.TargetHealth?.State === 'healthy').length;

/** Deletes the target group; one that is gone already is fine. The rules that referred to it may hold it for a while. */
export const deleteTargetGroup = async (
  targetGroupArn: string,
  deps: { readonly balancing: ElasticLoadBalancingV2Client; readonly clock: Clock },
): Promise<void> => {
  let refusal: unknown;
  const deleted = await poll(
    deps.clock,
    { intervalMilliseconds: 1000, timeoutMilliseconds: 15_000 },
    async () => {
      try {
        await deps.balancing.send(new DeleteTargetGroupCommand({ TargetGroupArn: targetGroupArn }));
        return true;
      } catch (error) {
        if (isGone(error)) return true;
        const held =
          error instanceof ElasticLoadBalancingV2ServiceException && error.name.startsWith('ResourceInUse');
        if (!held) throw error;
        refusal = error;
        return undefined;
      }
    },
  );
  if (deleted === undefined) throw refusal;
};
