import { macAddressOf } from './qemu-command.ts';
import type { MetadataTree } from './imds.ts';

/** Temporary keys of an instance's role, as the metadata service shows them. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What an instance may learn about itself. */
export interface InstanceFacts {
  readonly accountId: string;
  readonly region: string;
  readonly zone: string;
  readonly instanceId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly privateIp: string;
  readonly privateDnsName: string;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly userData?: Uint8Array;
  readonly securityGroups?: readonly string[];
  /** Only when the instance has `InstanceMetadataTags` enabled. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly role?: {
    readonly name: string;
    readonly instanceProfileArn: string;
    readonly instanceProfileId: string;
    credentials(): RoleCredentials;
  };
}

const isoSeconds = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

const credentialDocument = (credentials: RoleCredentials): string =>
  JSON.stringify(
    {
      Code: 'Success',
      LastUpdated: isoSeconds(credentials.issuedAt),
      Type: 'AWS-HMAC',
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      Token: credentials.sessionToken,
      Expiration: isoSeconds(credentials.expiresAt),
    },
    null,
    2,
  );

const iam = (role: NonNullable<InstanceFacts['role']>, launchedAt: number): MetadataTree => ({
  info: JSON.stringify(
    {
      Code: 'Success',
      LastUpdated: isoSeconds(launchedAt),
      InstanceProfileArn: role.instanceProfileArn,
      InstanceProfileId: role.instanceProfileId,
    },
    null,
    2,
  ),
  'security-credentials': { [role.name]: () => credentialDocument(role.credentials()) },
});

const identityDocument = (facts: InstanceFacts): string =>
  JSON.stringify(
    {
      accountId: facts.accountId,
      architecture: 'x86_64',
      availabilityZone: facts.zone,
      imageId: facts.imageId,
      instanceId: facts.instanceId,
      instanceType: facts.instanceType,
      pendingTime: isoSeconds(facts.launchedAt),
      privateIp: facts.privateIp,
      region: facts.region,
      version: '2017-09-30',
    },
    null,
    2,
  );

/** An instance's metadata as folders and files below `/latest/`, named as EC2 names them. */
export const instanceMetadata = (facts: InstanceFacts): MetadataTree => ({
  'meta-data': {
    'ami-id': facts.imageId,
    'ami-launch-index': '0',
    hostname: facts.privateDnsName,
    iam: facts.role === undefined ? undefined : iam(facts.role, facts.launchedAt),
    'instance-action': 'none',
    'instance-id': facts.instanceId,
    'instance-life-cycle': 'on-demand',
    'instance-type': facts.instanceType,
    'local-hostname': facts.privateDnsName,
    'local-ipv4': facts.privateIp,
    mac: macAddressOf(facts.instanceId),
    placement: {
      'availability-zone': facts.zone,
      'availability-zone-id': `${facts.region}-az${facts.zone.charCodeAt(facts.zone.length - 1) - 96}`,
      region: facts.region,
    },
    'security-groups': facts.securityGroups?.join('\n'),
    services: { domain: 'amazonaws.com', partition: 'aws' },
    tags: facts.tags === undefined ? undefined : { instance: facts.tags },
  },
  'user-data': facts.userData,
  dynamic: { 'instance-identity': { document: identityDocument(facts) } },
});
