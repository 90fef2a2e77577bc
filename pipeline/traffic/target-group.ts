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
import type { Image } from '../model.ts';
import type { ResourceTag } from '../tags.ts';

// The fastest that the balancer allows (AWS-FACTS 4.4): serving about 5 s after registration.
const HEALTH_CHECK_INTERVAL_SECONDS = 5;
const HEALTH_CHECK_TIMEOUT_SECONDS = 4;

/**
 * Creates the target group, or finds the one of that name that an earlier attempt made. Stickiness stays off: a sticky
 * client of an emptied group would get 503 until its cookie ends.
 */
export const createTargetGroup = async (
  group: {
    readonly name: string;
    readonly vpcId: string;
    readonly image: Pick<Image, 'port' | 'healthPath'>;
    readonly drainSeconds: number;
    readonly tags: readonly ResourceTag[];
  },
  balancing: ElasticLoadBalancingV2Client,
): Promise<string> => {
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
  const targetGroupArn = TargetGroups[0]?.TargetGroupArn ?? '';
  await balancing.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: targetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(group.drainSeconds) }],
    }),
  );
  return targetGroupArn;
};

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

/** Deletes the target group; no rule may refer to it any more. A group that is gone already is fine. */
export const deleteTargetGroup = async (
  targetGroupArn: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<void> => {
  try {
    await balancing.send(new DeleteTargetGroupCommand({ TargetGroupArn: targetGroupArn }));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};
