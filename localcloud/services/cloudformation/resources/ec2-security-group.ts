import type { IpPermission } from '@aws-sdk/client-ec2';
import { isDeepStrictEqual } from 'node:util';
import type { Shape } from '../property-shape.ts';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface GroupRule {
  readonly IpProtocol: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly CidrIp?: string;
  readonly CidrIpv6?: string;
  readonly SourceSecurityGroupId?: string;
  readonly DestinationSecurityGroupId?: string;
  readonly Description?: string;
}

interface SecurityGroup {
  readonly GroupName?: string;
  readonly GroupDescription: string;
  readonly VpcId?: string;
  readonly SecurityGroupIngress?: readonly GroupRule[];
  readonly SecurityGroupEgress?: readonly GroupRule[];
  readonly Tags?: readonly Tag[];
}

const ruleShape: Shape = [
  {
    IpProtocol: 'string',
    FromPort: 'number',
    ToPort: 'number',
    CidrIp: 'string',
    CidrIpv6: 'string',
    SourceSecurityGroupId: 'string',
    DestinationSecurityGroupId: 'string',
    Description: 'string',
  },
];

const permissionOf = (rule: GroupRule): IpPermission => {
  const described = rule.Description === undefined ? {} : { Description: rule.Description };
  const group = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
  return {
    IpProtocol: rule.IpProtocol,
    ...(rule.FromPort === undefined ? {} : { FromPort: rule.FromPort }),
    ...(rule.ToPort === undefined ? {} : { ToPort: rule.ToPort }),
    ...(rule.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: rule.CidrIp, ...described }] }),
    ...(rule.CidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: rule.CidrIpv6, ...described }] }),
    ...(group === undefined ? {} : { UserIdGroupPairs: [{ GroupId: group, ...described }] }),
  };
};

// A new group lets everything out: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
const defaultEgress: readonly GroupRule[] = [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }];

const without = (rules: readonly GroupRule[], others: readonly GroupRule[]): IpPermission[] =>
  rules.filter((rule) => !others.some((other) => isDeepStrictEqual(rule, other))).map(permissionOf);

interface Rules {
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
}

const rulesOf = ({ SecurityGroupIngress, SecurityGroupEgress }: SecurityGroup): Rules => ({
  ingress: SecurityGroupIngress ?? [],
  egress: SecurityGroupEgress ?? defaultEgress,
});

const setRules = async (GroupId: string, next: Rules, before: Rules, scope: ResourceScope): Promise<void> => {
  const { ec2 } = scope.peers;
  const calls = [
    [ec2.RevokeSecurityGroupIngress, without(before.ingress, next.ingress)],
    [ec2.AuthorizeSecurityGroupIngress, without(next.ingress, before.ingress)],
    [ec2.RevokeSecurityGroupEgress, without(before.egress, next.egress)],
    [ec2.AuthorizeSecurityGroupEgress, without(next.egress, before.egress)],
  ] as const;
  for (const [change, IpPermissions] of calls) {
    if (IpPermissions.length > 0) await change({ GroupId, IpPermissions }, scope.call);
  }
};

const describe = async (GroupId: string, scope: ResourceScope): Promise<MadeResource> => {
  const { SecurityGroups } = await scope.peers.ec2.DescribeSecurityGroups(
    { GroupIds: [GroupId] },
    scope.call,
  );
  const VpcId = SecurityGroups?.[0]?.VpcId ?? '';
  return { physicalId: GroupId, attributes: { GroupId, Id: GroupId, VpcId } };
};

/** `AWS::EC2::SecurityGroup` */
export const ec2SecurityGroup = resourceType<SecurityGroup>({
  type: 'AWS::EC2::SecurityGroup',
  properties: {
    GroupName: 'string',
    GroupDescription: 'string',
    VpcId: 'string',
    SecurityGroupIngress: ruleShape,
    SecurityGroupEgress: ruleShape,
    Tags: tagsShape,
  },
  required: ['GroupDescription'],
  replacing: ['GroupName', 'GroupDescription', 'VpcId'],
  attributes: ['GroupId', 'Id', 'VpcId'],
  create: async (properties, scope) => {
    const Tags = scope.tags(properties.Tags);
    const { GroupId = '' } = await scope.peers.ec2.CreateSecurityGroup(
      {
        GroupName: properties.GroupName ?? scope.generateName(255),
        Description: properties.GroupDescription,
        ...(properties.VpcId === undefined ? {} : { VpcId: properties.VpcId }),
        ...(Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: 'security-group', Tags }] }),
      },
      scope.call,
    );
    scope.started(GroupId);
    await setRules(GroupId, rulesOf(properties), { ingress: [], egress: defaultEgress }, scope);
    return describe(GroupId, scope);
  },
  update: async (GroupId, properties, previous, scope) => {
    await setRules(GroupId, rulesOf(properties), rulesOf(previous), scope);
    const gone = (previous.Tags ?? []).map(({ Key }) => ({ Key }));
    if (gone.length > 0) await scope.peers.ec2.DeleteTags({ Resources: [GroupId], Tags: gone }, scope.call);
    const Tags = scope.tags(properties.Tags);
    if (Tags.length > 0) await scope.peers.ec2.CreateTags({ Resources: [GroupId], Tags }, scope.call);
    return describe(GroupId, scope);
  },
  delete: async (GroupId, _, scope) => {
    await scope.peers.ec2.DeleteSecurityGroup({ GroupId }, scope.call);
  },
});
