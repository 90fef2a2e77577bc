import type {
  CreateTargetGroupCommandInput,
  TargetDescription,
  TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';
import { attributesShape } from './elbv2-actions.ts';

type TargetGroup = Omit<CreateTargetGroupCommandInput, 'Name' | 'Tags'> & {
  readonly Name?: string;
  readonly Tags?: { readonly Key: string; readonly Value: string }[];
  readonly TargetGroupAttributes?: TargetGroupAttribute[];
  readonly Targets?: TargetDescription[];
};

const made = (arn: string): MadeResource => {
  const fullName = arn.slice(arn.lastIndexOf(':') + 1);
  return {
    physicalId: arn,
    attributes: {
      TargetGroupArn: arn,
      TargetGroupFullName: fullName,
      TargetGroupName: fullName.split('/')[1] ?? '',
    },
  };
};

const setUp = async (arn: string, properties: TargetGroup, scope: ResourceScope): Promise<void> => {
  const { elasticloadbalancing } = scope.peers;
  const { TargetGroupAttributes = [], Targets = [] } = properties;
  if (TargetGroupAttributes.length > 0) {
    const input = { TargetGroupArn: arn, Attributes: TargetGroupAttributes };
    await elasticloadbalancing.ModifyTargetGroupAttributes(input, scope.call);
  }
  if (Targets.length > 0) {
    await elasticloadbalancing.RegisterTargets({ TargetGroupArn: arn, Targets }, scope.call);
  }
};

/** `AWS::ElasticLoadBalancingV2::TargetGroup` */
export const elbv2TargetGroup = resourceType<TargetGroup>({
  type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
  properties: {
    Name: 'string',
    Port: 'number',
    Protocol: 'string',
    ProtocolVersion: 'string',
    VpcId: 'string',
    TargetType: 'string',
    HealthCheckEnabled: 'boolean',
    HealthCheckProtocol: 'string',
    HealthCheckPort: 'string',
    HealthCheckPath: 'string',
    HealthCheckIntervalSeconds: 'number',
    HealthCheckTimeoutSeconds: 'number',
    HealthyThresholdCount: 'number',
    UnhealthyThresholdCount: 'number',
    Matcher: { HttpCode: 'string' },
    TargetGroupAttributes: attributesShape,
    Targets: [{ Id: 'string', Port: 'number', AvailabilityZone: 'string' }],
    Tags: tagsShape,
  },
  required: [],
  replacing: ['Name', 'Port', 'Protocol', 'ProtocolVersion', 'VpcId', 'TargetType'],
  attributes: ['TargetGroupArn', 'TargetGroupFullName', 'TargetGroupName'],
  create: async (properties, scope) => {
    const { TargetGroupAttributes: _, Targets: __, Name, Tags: own, ...rest } = properties;
    const Tags = scope.tags(own);
    const { TargetGroups } = await scope.peers.elasticloadbalancing.CreateTargetGroup(
      { ...rest, Name: Name ?? scope.generateName(32), ...(Tags.length === 0 ? {} : { Tags }) },
      scope.call,
    );
    const arn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    scope.started(arn);
    await setUp(arn, properties, scope);
    return made(arn);
  },
  update: async (arn, properties, previous, scope) => {
    const { elasticloadbalancing } = scope.peers;
    const {
      HealthCheckEnabled,
      HealthCheckProtocol,
      HealthCheckPort,
      HealthCheckPath,
      HealthCheckIntervalSeconds,
      HealthCheckTimeoutSeconds,
      HealthyThresholdCount,
      UnhealthyThresholdCount,
      Matcher,
    } = properties;
    await elasticloadbalancing.ModifyTargetGroup(
      {
        TargetGroupArn: arn,
        HealthCheckEnabled,
        HealthCheckProtocol,
        HealthCheckPort,
        HealthCheckPath,
        HealthCheckIntervalSeconds,
        HealthCheckTimeoutSeconds,
        HealthyThresholdCount,
        UnhealthyThresholdCount,
        Matcher,
      },
      scope.call,
    );
    const kept = new Set((properties.Targets ?? []).map(({ Id }) => Id));
    const gone = (previous.Targets ?? []).filter(({ Id }) => !kept.has(Id));
    if (gone.length > 0) {
      await elasticloadbalancing.DeregisterTargets({ TargetGroupArn: arn, Targets: gone }, scope.call);
    }
    await setUp(arn, properties, scope);
    const Tags = scope.tags(properties.Tags);
    if (Tags.length > 0) await elasticloadbalancing.AddTags({ ResourceArns: [arn], Tags }, scope.call);
    return made(arn);
  },
  delete: async (arn, _, scope) => {
    await scope.peers.elasticloadbalancing.DeleteTargetGroup({ TargetGroupArn: arn }, scope.call);
  },
});
