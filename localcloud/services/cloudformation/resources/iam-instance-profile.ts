import type { MadeResource, ResourceScope } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface InstanceProfile {
  readonly InstanceProfileName?: string;
  readonly Path?: string;
  readonly Roles: readonly string[];
}

const describe = async (InstanceProfileName: string, scope: ResourceScope): Promise<MadeResource> => {
  const { InstanceProfile: profile } = await scope.peers.iam.GetInstanceProfile(
    { InstanceProfileName },
    scope.call,
  );
  return { physicalId: InstanceProfileName, attributes: { Arn: profile?.Arn } };
};

/** `AWS::IAM::InstanceProfile` */
export const iamInstanceProfile = resourceType<InstanceProfile>({
  type: 'AWS::IAM::InstanceProfile',
  properties: { InstanceProfileName: 'string', Path: 'string', Roles: ['string'] },
  required: ['Roles'],
  replacing: ['InstanceProfileName', 'Path'],
  attributes: ['Arn'],
  create: async (properties, scope) => {
    const { iam } = scope.peers;
    const InstanceProfileName = properties.InstanceProfileName ?? scope.generateName(128);
    const { Path } = properties;
    await iam.CreateInstanceProfile(
      { InstanceProfileName, ...(Path === undefined ? {} : { Path }) },
      scope.call,
    );
    scope.started(InstanceProfileName);
    for (const RoleName of properties.Roles) {
      await iam.AddRoleToInstanceProfile({ InstanceProfileName, RoleName }, scope.call);
    }
    return describe(InstanceProfileName, scope);
  },
  update: async (InstanceProfileName, properties, previous, scope) => {
    const { iam } = scope.peers;
    for (const RoleName of previous.Roles) {
      await iam.RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName }, scope.call);
    }
    for (const RoleName of properties.Roles) {
      await iam.AddRoleToInstanceProfile({ InstanceProfileName, RoleName }, scope.call);
    }
    return describe(InstanceProfileName, scope);
  },
  delete: async (InstanceProfileName, _, scope) => {
    const { iam } = scope.peers;
    const { InstanceProfile: profile } = await iam.GetInstanceProfile({ InstanceProfileName }, scope.call);
    for (const { RoleName } of profile?.Roles ?? []) {
      await iam.RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName }, scope.call);
    }
    await iam.DeleteInstanceProfile({ InstanceProfileName }, scope.call);
  },
});
