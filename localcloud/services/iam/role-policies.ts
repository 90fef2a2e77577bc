import { awsManagedPolicy } from '../../policies/aws-managed-policies.ts';
import { parseIdentityPolicy } from '../../policies/policy-document.ts';
import { limitExceeded, noSuchEntity } from './errors.ts';
import {
  checkedName,
  checkPolicy,
  encodeDocument,
  type IdentityManagement,
  type Input,
  needRole,
  type Output,
  paginate,
  putRole,
} from './identity-management.ts';

// "IAM and AWS STS quotas": all inline policies of a role together, white space not counted; 10 managed ones attached.
const inlineCharacters = 10_240;
const maxAttached = 10;

const missing = (policy: string | undefined): Error =>
  noSuchEntity(`The role policy with name ${policy} cannot be found.`);

/** PutRolePolicy. */
export const putRolePolicy = (
  iam: IdentityManagement,
  input: Input<'PutRolePolicy'>,
): Output<'PutRolePolicy'> => {
  const role = needRole(iam, input.RoleName);
  const name = checkedName(input.PolicyName, 'policyName', 128);
  const document = input.PolicyDocument ?? '';
  checkPolicy(parseIdentityPolicy, document);
  const inline = { ...role.inline, [name]: document };
  const characters = Object.values(inline).join('').replaceAll(/\s/g, '').length;
  if (characters > inlineCharacters) {
    throw limitExceeded(`Maximum policy size of ${inlineCharacters} bytes exceeded for role ${role.name}`);
  }
  putRole(iam, { ...role, inline });
  return {};
};

/** GetRolePolicy. */
export const getRolePolicy = (
  iam: IdentityManagement,
  input: Input<'GetRolePolicy'>,
): Output<'GetRolePolicy'> => {
  const role = needRole(iam, input.RoleName);
  const name = input.PolicyName ?? '';
  const document = role.inline[name];
  if (document === undefined) throw missing(name);
  return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeDocument(document) };
};

/** DeleteRolePolicy. */
export const deleteRolePolicy = (
  iam: IdentityManagement,
  input: Input<'DeleteRolePolicy'>,
): Output<'DeleteRolePolicy'> => {
  const role = needRole(iam, input.RoleName);
  const { [input.PolicyName ?? '']: removed, ...inline } = role.inline;
  if (removed === undefined) throw missing(input.PolicyName);
  putRole(iam, { ...role, inline });
  return {};
};

/** ListRolePolicies: names of inline policies. */
export const listRolePolicies = (
  iam: IdentityManagement,
  input: Input<'ListRolePolicies'>,
): Output<'ListRolePolicies'> => {
  const names = Object.keys(needRole(iam, input.RoleName).inline).toSorted();
  const { page, ...position } = paginate(names, input);
  return { ...position, PolicyNames: page };
};

/** AttachRolePolicy; attaching again changes nothing. */
export const attachRolePolicy = (
  iam: IdentityManagement,
  input: Input<'AttachRolePolicy'>,
): Output<'AttachRolePolicy'> => {
  const role = needRole(iam, input.RoleName);
  const { PolicyArn: arn = '' } = input;
  if (iam.store.policies.get(arn) === undefined && awsManagedPolicy(arn) === undefined) {
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  }
  if (role.attached.includes(arn)) return {};
  if (role.attached.length >= maxAttached) {
    throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${maxAttached}`);
  }
  putRole(iam, { ...role, attached: [...role.attached, arn] });
  return {};
};

/** DetachRolePolicy. */
export const detachRolePolicy = (
  iam: IdentityManagement,
  input: Input<'DetachRolePolicy'>,
): Output<'DetachRolePolicy'> => {
  const role = needRole(iam, input.RoleName);
  const { PolicyArn: arn = '' } = input;
  if (!role.attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
  putRole(iam, { ...role, attached: role.attached.filter((each) => each !== arn) });
  return {};
};

/** ListAttachedRolePolicies. */
export const listAttachedRolePolicies = (
  iam: IdentityManagement,
  input: Input<'ListAttachedRolePolicies'>,
): Output<'ListAttachedRolePolicies'> => {
  const { page, ...position } = paginate(needRole(iam, input.RoleName).attached, input);
  return {
    ...position,
    AttachedPolicies: page.map((arn) => ({
      PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
      PolicyArn: arn,
    })),
  };
};
