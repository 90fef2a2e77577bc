import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../errors.ts';
import type { Ec2State } from './deps.ts';
import { missingParameter, notFound } from './errors.ts';
import { applyFilters } from './filters.ts';
import { VPC_ID } from './network.ts';
import { pageOf } from './page.ts';
import type { SecurityGroupRecord } from './records.ts';
import { addTags, forgetTags, tagList, tagsFor, tagsOf } from './tags.ts';

/** The group that every VPC has. */
export const DEFAULT_GROUP_ID = 'sg-00000000000000001';

/** Creates the default group when it is not there yet. */
export const ensureDefaultGroup = (state: Ec2State): void => {
  if (state.securityGroups.get(DEFAULT_GROUP_ID) !== undefined) return;
  state.securityGroups.put(DEFAULT_GROUP_ID, {
    groupId: DEFAULT_GROUP_ID,
    name: 'default',
    description: 'default VPC security group',
    vpcId: VPC_ID,
    ingress: [
      {
        IpProtocol: '-1',
        UserIdGroupPairs: [{ GroupId: DEFAULT_GROUP_ID, UserId: state.context.accountId }],
      },
    ],
    egress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  });
};

/** The group of an id or, in the default VPC, of a name; EC2's error when there is none. */
export const findGroup = (state: Ec2State, id: string | undefined, name?: string): SecurityGroupRecord => {
  if (id === undefined && name === undefined) throw missingParameter('GroupId');
  const group =
    id === undefined
      ? state.securityGroups.list().find((candidate) => candidate.name === name)
      : state.securityGroups.get(id);
  if (group === undefined) throw notFound('InvalidGroup', 'security group', id ?? name ?? '');
  return group;
};

/** Creates a security group. Its rules are recorded, and not enforced: this cloud has no packet filter. */
export const createSecurityGroup = (
  input: CreateSecurityGroupRequest,
  state: Ec2State,
): CreateSecurityGroupResult => {
  const { GroupName: name = '', Description: description = '', VpcId: vpcId = VPC_ID } = input;
  if (vpcId !== VPC_ID) throw notFound('InvalidVpcID', 'vpc ID', vpcId);
  if (state.securityGroups.list().some((group) => group.name === name)) {
    throw new AwsError(
      'InvalidGroup.Duplicate',
      `The security group '${name}' already exists for VPC '${vpcId}'`,
    );
  }
  const groupId = `sg-${state.context.random.hex(17)}`;
  const tags = tagsFor(input.TagSpecifications, 'security-group');
  state.context.store.transaction(() => {
    state.securityGroups.put(groupId, {
      groupId,
      name,
      description,
      vpcId,
      ingress: [],
      egress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
    addTags(state, groupId, tags);
  });
  return { GroupId: groupId, SecurityGroupArn: groupArn(state, groupId), Tags: tagList(tags) };
};

/** Describes security groups. */
export const describeSecurityGroups = (
  input: DescribeSecurityGroupsRequest,
  state: Ec2State,
): DescribeSecurityGroupsResult => {
  ensureDefaultGroup(state);
  for (const id of input.GroupIds ?? []) findGroup(state, id);
  for (const name of input.GroupNames ?? []) findGroup(state, undefined, name);
  const groups = applyFilters(
    state.securityGroups
      .list()
      .filter(
        ({ groupId, name }) =>
          (input.GroupIds?.includes(groupId) ?? true) && (input.GroupNames?.includes(name) ?? true),
      ),
    input.Filters,
    {
      'group-id': ({ groupId }) => [groupId],
      'group-name': ({ name }) => [name],
      'vpc-id': ({ vpcId }) => [vpcId],
      description: ({ description }) => [description],
      'owner-id': () => [state.context.accountId],
    },
    ({ groupId }) => tagsOf(state, groupId),
  );
  const { page, nextToken } = pageOf(groups, ({ groupId }) => groupId, input);
  return {
    SecurityGroups: page.map(({ groupId, name, description, vpcId, ingress, egress }) => ({
      GroupId: groupId,
      SecurityGroupArn: groupArn(state, groupId),
      GroupName: name,
      Description: description,
      VpcId: vpcId,
      OwnerId: state.context.accountId,
      IpPermissions: [...ingress],
      IpPermissionsEgress: [...egress],
      Tags: tagList(tagsOf(state, groupId)),
    })),
    NextToken: nextToken,
  };
};

/** Deletes a security group that no instance has. */
export const deleteSecurityGroup = (
  input: DeleteSecurityGroupRequest,
  state: Ec2State,
): DeleteSecurityGroupResult => {
  const { groupId, name } = findGroup(state, input.GroupId, input.GroupName);
  if (name === 'default') {
    throw new AwsError(
      'CannotDelete',
      `the specified group: "${groupId}" name: "default" cannot be deleted by a user`,
    );
  }
  const user = state.instances
    .list()
    .find((instance) => instance.state !== 'terminated' && instance.securityGroupIds.includes(groupId));
  if (user !== undefined) {
    throw new AwsError('DependencyViolation', `resource ${groupId} has a dependent object`);
  }
  state.securityGroups.delete(groupId);
  forgetTags(state, groupId);
  return { Return: true, GroupId: groupId };
};

function groupArn(state: Ec2State, groupId: string): string {
  return `arn:aws:ec2:${state.context.region}:${state.context.accountId}:security-group/${groupId}`;
}
