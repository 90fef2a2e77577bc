import type { Json } from '../model.ts';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: Json;
}

interface Role {
  readonly RoleName?: string;
  readonly AssumeRolePolicyDocument: Json;
  readonly Description?: string;
  readonly Path?: string;
  readonly MaxSessionDuration?: number;
  readonly ManagedPolicyArns?: readonly string[];
  readonly Policies?: readonly InlinePolicy[];
  readonly Tags?: readonly Tag[];
}

/** Adds and removes policies, so that the role has those of `next` and what others gave it. */
const setPolicies = async (
  RoleName: string,
  next: Role,
  before: Partial<Role>,
  scope: ResourceScope,
): Promise<void> => {
  const { iam } = scope.peers;
  for (const { PolicyName, PolicyDocument } of next.Policies ?? []) {
    await iam.PutRolePolicy(
      { RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) },
      scope.call,
    );
  }
  for (const PolicyArn of next.ManagedPolicyArns ?? []) {
    await iam.AttachRolePolicy({ RoleName, PolicyArn }, scope.call);
  }
  for (const { PolicyName } of before.Policies ?? []) {
    const kept = next.Policies?.some((policy) => policy.PolicyName === PolicyName) === true;
    if (!kept) await iam.DeleteRolePolicy({ RoleName, PolicyName }, scope.call);
  }
  for (const PolicyArn of before.ManagedPolicyArns ?? []) {
    if (next.ManagedPolicyArns?.includes(PolicyArn) !== true) {
      await iam.DetachRolePolicy({ RoleName, PolicyArn }, scope.call);
    }
  }
};

const describe = async (RoleName: string, scope: ResourceScope): Promise<MadeResource> => {
  const { Role: role } = await scope.peers.iam.GetRole({ RoleName }, scope.call);
  return { physicalId: RoleName, attributes: { Arn: role?.Arn, RoleId: role?.RoleId } };
};

/** `AWS::IAM::Role` */
export const iamRole = resourceType<Role>({
  type: 'AWS::IAM::Role',
  properties: {
    RoleName: 'string',
    AssumeRolePolicyDocument: 'json',
    Description: 'string',
    Path: 'string',
    MaxSessionDuration: 'number',
    ManagedPolicyArns: ['string'],
    Policies: [{ PolicyName: 'string', PolicyDocument: 'json' }],
    Tags: tagsShape,
  },
  required: ['AssumeRolePolicyDocument'],
  replacing: ['RoleName', 'Path'],
  ignored: ['PermissionsBoundary'],
  attributes: ['Arn', 'RoleId'],
  create: async (properties, scope) => {
    const { AssumeRolePolicyDocument, Description, Path, MaxSessionDuration } = properties;
    const RoleName = properties.RoleName ?? scope.generateName(64);
    await scope.peers.iam.CreateRole(
      {
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify(AssumeRolePolicyDocument),
        ...(Description === undefined ? {} : { Description }),
        ...(Path === undefined ? {} : { Path }),
        ...(MaxSessionDuration === undefined ? {} : { MaxSessionDuration }),
        Tags: scope.tags(properties.Tags),
      },
      scope.call,
    );
    scope.started(RoleName);
    await setPolicies(RoleName, properties, {}, scope);
    return describe(RoleName, scope);
  },
  update: async (RoleName, properties, previous, scope) => {
    const { iam } = scope.peers;
    const PolicyDocument = JSON.stringify(properties.AssumeRolePolicyDocument);
    await iam.UpdateAssumeRolePolicy({ RoleName, PolicyDocument }, scope.call);
    await iam.UpdateRole(
      {
        RoleName,
        Description: properties.Description ?? '',
        MaxSessionDuration: properties.MaxSessionDuration ?? 3600,
      },
      scope.call,
    );
    await setPolicies(RoleName, properties, previous, scope);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key);
    if (gone.length > 0) await iam.UntagRole({ RoleName, TagKeys: gone }, scope.call);
    const Tags = scope.tags(properties.Tags);
    if (Tags.length > 0) await iam.TagRole({ RoleName, Tags }, scope.call);
    return describe(RoleName, scope);
  },
  delete: async (RoleName, _, scope) => {
    const { iam } = scope.peers;
    // Everything that hangs on the role goes first, also what was attached behind CloudFormation's back.
    const attached = await iam.ListAttachedRolePolicies({ RoleName }, scope.call);
    for (const { PolicyArn } of attached.AttachedPolicies ?? []) {
      await iam.DetachRolePolicy({ RoleName, PolicyArn }, scope.call);
    }
    const inline = await iam.ListRolePolicies({ RoleName }, scope.call);
    for (const PolicyName of inline.PolicyNames ?? []) {
      await iam.DeleteRolePolicy({ RoleName, PolicyName }, scope.call);
    }
    await iam.DeleteRole({ RoleName }, scope.call);
  },
});
