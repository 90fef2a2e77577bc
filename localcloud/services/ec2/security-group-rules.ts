import type {
  AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  IpPermission,
  RevokeSecurityGroupEgressResult,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../errors.ts';
import type { Ec2State } from './deps.ts';
import { missingParameter } from './errors.ts';
import { findGroup } from './security-groups.ts';

type Direction = 'ingress' | 'egress';
type Change = Pick<
  AuthorizeSecurityGroupIngressRequest & RevokeSecurityGroupIngressRequest,
  'GroupId' | 'GroupName' | 'IpPermissions' | 'IpProtocol' | 'FromPort' | 'ToPort' | 'CidrIp'
>;

/** The rules of a request: its list, or the one that the flat members describe. */
const permissionsOf = (input: Change): IpPermission[] => {
  if (input.IpPermissions !== undefined) return input.IpPermissions;
  if (input.IpProtocol === undefined) throw missingParameter('ipPermissions');
  return [
    {
      IpProtocol: input.IpProtocol,
      FromPort: input.FromPort,
      ToPort: input.ToPort,
      ...(input.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: input.CidrIp }] }),
    },
  ];
};

/** One rule per source, so that rules can be compared one by one. */
const split = (permission: IpPermission): IpPermission[] => {
  const { IpProtocol, FromPort, ToPort } = permission;
  const ports = { IpProtocol, FromPort, ToPort };
  return [
    ...(permission.IpRanges ?? []).map((range) => ({ ...ports, IpRanges: [range] })),
    ...(permission.Ipv6Ranges ?? []).map((range) => ({ ...ports, Ipv6Ranges: [range] })),
    ...(permission.PrefixListIds ?? []).map((list) => ({ ...ports, PrefixListIds: [list] })),
    ...(permission.UserIdGroupPairs ?? []).map((pair) => ({ ...ports, UserIdGroupPairs: [pair] })),
  ];
};

const keyOf = (rule: IpPermission): string =>
  [
    rule.IpProtocol,
    rule.FromPort,
    rule.ToPort,
    rule.IpRanges?.[0]?.CidrIp,
    rule.Ipv6Ranges?.[0]?.CidrIpv6,
    rule.PrefixListIds?.[0]?.PrefixListId,
    rule.UserIdGroupPairs?.[0]?.GroupId ?? rule.UserIdGroupPairs?.[0]?.GroupName,
  ].join('|');

const authorize = (input: Change, direction: Direction, state: Ec2State): { Return: boolean } => {
  const group = findGroup(state, input.GroupId, input.GroupName);
  const rules = group[direction].flatMap(split);
  const known = new Set(rules.map(keyOf));
  for (const rule of permissionsOf(input).flatMap(split)) {
    if (known.has(keyOf(rule))) {
      throw new AwsError(
        'InvalidPermission.Duplicate',
        `the specified rule "${keyOf(rule)}" already exists in '${group.groupId}'`,
      );
    }
    rules.push(rule);
  }
  state.securityGroups.put(group.groupId, { ...group, [direction]: rules });
  return { Return: true };
};

const revoke = (input: Change, direction: Direction, state: Ec2State): { Return: boolean } => {
  const group = findGroup(state, input.GroupId, input.GroupName);
  const rules = group[direction].flatMap(split);
  const gone = new Set(permissionsOf(input).flatMap(split).map(keyOf));
  const known = new Set(rules.map(keyOf));
  if ([...gone].some((key) => !known.has(key))) {
    throw new AwsError(
      'InvalidPermission.NotFound',
      'The specified rule does not exist in this security group.',
    );
  }
  state.securityGroups.put(group.groupId, {
    ...group,
    [direction]: rules.filter((rule) => !gone.has(keyOf(rule))),
  });
  return { Return: true };
};

/** Records rules for traffic to a group's instances. */
export const authorizeIngress = (input: Change, state: Ec2State): AuthorizeSecurityGroupIngressResult =>
  authorize(input, 'ingress', state);

/** Records rules for traffic from a group's instances. */
export const authorizeEgress = (input: Change, state: Ec2State): AuthorizeSecurityGroupEgressResult =>
  authorize(input, 'egress', state);

/** Removes recorded rules for traffic to a group's instances. */
export const revokeIngress = (input: Change, state: Ec2State): RevokeSecurityGroupIngressResult =>
  revoke(input, 'ingress', state);

/** Removes recorded rules for traffic from a group's instances. */
export const revokeEgress = (input: Change, state: Ec2State): RevokeSecurityGroupEgressResult =>
  revoke(input, 'egress', state);
