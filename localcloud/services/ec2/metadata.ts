import type { MetadataHandler } from '../../hypervisor/driver.ts';
import { createImds } from '../../hypervisor/imds.ts';
import { instanceMetadata } from '../../hypervisor/instance-metadata.ts';
import type { InstanceFacts, RoleCredentials } from '../../hypervisor/instance-metadata.ts';
import type { Ec2State } from './deps.ts';
import { privateDnsName } from './network.ts';
import type { InstanceRecord } from './records.ts';
import { tagsOf } from './tags.ts';

const CREDENTIALS_SECONDS = 6 * 3600;
/** EC2 shows new credentials at least five minutes before the old ones end. */
const RENEW_MILLISECONDS = 5 * 60_000;

/** Issues an instance role's credentials and shows the same ones until they are about to end. */
const createCredentials = (state: Ec2State, instanceId: string, roleArn: string): (() => RoleCredentials) => {
  let current: RoleCredentials | undefined;
  return () => {
    const now = state.context.clock.now();
    if (current !== undefined && current.expiresAt - now > RENEW_MILLISECONDS) return current;
    const issued = state.context.backplane.credentials.issueForRole(roleArn, instanceId, CREDENTIALS_SECONDS);
    current = {
      accessKeyId: issued.accessKeyId,
      secretAccessKey: issued.secretAccessKey,
      sessionToken: issued.sessionToken ?? '',
      issuedAt: now,
      expiresAt: issued.expiresAt ?? now + CREDENTIALS_SECONDS * 1000,
    };
    return current;
  };
};

const roleOf = (state: Ec2State, { instanceId, instanceProfile }: InstanceRecord): InstanceFacts['role'] => {
  const roleArn = instanceProfile?.roleArn;
  if (instanceProfile === undefined || roleArn === undefined) return undefined;
  return {
    name: roleArn.slice(roleArn.lastIndexOf('/') + 1),
    instanceProfileArn: instanceProfile.arn,
    instanceProfileId: instanceProfile.id,
    credentials: createCredentials(state, instanceId, roleArn),
  };
};

/** The metadata service of one instance; shows the instance as it is stored at the time of each request. */
export const metadataOf = (state: Ec2State, instance: InstanceRecord): MetadataHandler => {
  const { accountId, region, clock } = state.context;
  const { instanceId } = instance;
  const role = roleOf(state, instance);
  const current = (): InstanceRecord => state.instances.get(instanceId) ?? instance;
  return createImds(
    {
      enabled: () => current().metadataOptions.httpEndpoint === 'enabled',
      httpTokens: () => current().metadataOptions.httpTokens,
      tree: () => {
        const { zone, imageId, instanceType, privateIp, launchedAt, userData, metadataOptions } = current();
        return instanceMetadata({
          accountId,
          region,
          zone,
          instanceId,
          imageId,
          instanceType,
          privateIp,
          privateDnsName: privateDnsName(region, privateIp),
          launchedAt,
          securityGroups: current().securityGroupIds.map(
            (groupId) => state.securityGroups.get(groupId)?.name ?? groupId,
          ),
          ...(userData === undefined ? {} : { userData: Buffer.from(userData, 'base64') }),
          ...(metadataOptions.instanceMetadataTags === 'enabled' ? { tags: tagsOf(state, instanceId) } : {}),
          ...(role === undefined ? {} : { role }),
        });
      },
    },
    () => clock.now(),
  );
};
