import { ignoreMissing } from '../errors.ts';
import type { Json } from '../model.ts';
import type { MadeResource, ResourceScope } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface Policy {
  readonly PolicyName: string;
  readonly PolicyDocument: Json;
  readonly Roles: readonly string[];
}

const put = async (
  { PolicyName, PolicyDocument, Roles }: Policy,
  scope: ResourceScope,
): Promise<MadeResource> => {
  for (const RoleName of Roles) {
    await scope.peers.iam.PutRolePolicy(
      { RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) },
      scope.call,
    );
  }
  return { physicalId: PolicyName };
};

const remove = async (PolicyName: string, roles: readonly string[], scope: ResourceScope): Promise<void> => {
  for (const RoleName of roles) {
    await ignoreMissing(scope.peers.iam.DeleteRolePolicy({ RoleName, PolicyName }, scope.call));
  }
};

/** `AWS::IAM::Policy`: an inline policy of roles. */
export const iamPolicy = resourceType<Policy>({
  type: 'AWS::IAM::Policy',
  properties: { PolicyName: 'string', PolicyDocument: 'json', Roles: ['string'] },
  required: ['PolicyName', 'PolicyDocument', 'Roles'],
  replacing: ['PolicyName'],
  attributes: [],
  create: put,
  update: async (policyName, properties, previous, scope) => {
    const gone = previous.Roles.filter((role) => !properties.Roles.includes(role));
    await remove(policyName, gone, scope);
    return put(properties, scope);
  },
  delete: (policyName, { Roles }, scope) => remove(policyName, Roles, scope),
});
