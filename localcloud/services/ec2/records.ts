import type {
  BlockDeviceMapping,
  InstanceStateName,
  IpPermission,
  RegisterImageRequest,
  RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';

/** An image (AMI) as it is stored. */
export interface ImageRecord {
  readonly imageId: string;
  readonly name: string;
  readonly description: string;
  readonly state: 'pending' | 'available';
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly architecture: string;
  readonly virtualizationType: string;
  readonly rootDeviceName: string;
  readonly rootSnapshotId: string;
  readonly blockDeviceMappings: readonly BlockDeviceMapping[];
  readonly enaSupport: boolean;
  readonly bootMode?: RegisterImageRequest['BootMode'];
  readonly imdsSupport?: RegisterImageRequest['ImdsSupport'];
  readonly tpmSupport?: RegisterImageRequest['TpmSupport'];
  /** One instance of it was sent through the firmware. */
  readonly firmwareProven: boolean;
  readonly lastLaunchedAt?: number;
}

/** Why an instance is in its state, as `StateReason` shows it. */
export interface StateReasonRecord {
  readonly code: string;
  readonly message: string;
}

/** The metadata options of an instance. */
export interface MetadataOptionsRecord {
  readonly httpTokens: 'required' | 'optional';
  readonly httpEndpoint: 'enabled' | 'disabled';
  readonly hopLimit: number;
  readonly instanceMetadataTags: 'enabled' | 'disabled';
}

/** An instance as it is stored. */
export interface InstanceRecord {
  readonly instanceId: string;
  readonly reservationId: string;
  readonly amiLaunchIndex: number;
  readonly state: InstanceStateName;
  readonly stateReason?: StateReasonRecord;
  /** For example `User initiated (2026-11-23 15:00:00 GMT)`. */
  readonly stateTransitionReason: string;
  readonly imageId: string;
  readonly architecture: string;
  readonly rootDeviceName: string;
  readonly bootMode?: RegisterImageRequest['BootMode'];
  readonly instanceType: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly securityGroupIds: readonly string[];
  readonly volumeId: string;
  readonly networkInterfaceId: string;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly terminatedAt?: number;
  readonly keyName?: string;
  readonly clientToken?: string;
  /** Base64, as it was sent. */
  readonly userData?: string;
  readonly instanceProfile?: { readonly arn: string; readonly id: string; readonly roleArn?: string };
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly disableApiTermination: boolean;
  readonly metadataOptions: MetadataOptionsRecord;
}

/** A used RunInstances client token. */
export interface LaunchTokenRecord {
  readonly parameters: string;
  readonly reservationId: string;
}

/** One version of a launch template. */
export interface LaunchTemplateVersionRecord {
  readonly version: number;
  readonly description?: string;
  readonly createdAt: number;
  readonly data: RequestLaunchTemplateData;
}

/** A launch template with its versions. */
export interface LaunchTemplateRecord {
  readonly launchTemplateId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly defaultVersion: number;
  readonly latestVersion: number;
  readonly versions: readonly LaunchTemplateVersionRecord[];
}

/** A security group; its rules are recorded and shown, and not enforced: every port of an instance is reachable. */
export interface SecurityGroupRecord {
  readonly groupId: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly ingress: readonly IpPermission[];
  readonly egress: readonly IpPermission[];
}
