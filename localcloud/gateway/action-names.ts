import type { PeerName } from '../service.ts';

/** What a caller must be allowed to do. */
export interface Permission {
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** Resources other than those that the service names for the operation. */
  readonly resources?: readonly string[];
}

/** An operation's input, whichever the operation. */
export type Input = Readonly<Record<string, unknown>>;

/** Where the resources are. */
export interface ResourceScope {
  readonly region: string;
  readonly accountId: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const listOf = (value: unknown): readonly Input[] =>
  Array.isArray(value) ? (value as readonly Input[]) : [];

const withVersion =
  (action: string) =>
  ({ VersionId }: Input): readonly Permission[] => [
    { action: VersionId === undefined ? `s3:${action}` : `s3:${action}Version` },
  ];

const copySource = ({ CopySource }: Input): readonly Permission[] => {
  const [source = '', query = ''] = textOf(CopySource).split('?');
  const path = decodeURIComponent(source.replace(/^\//, ''));
  const action = query.includes('versionId=') ? 's3:GetObjectVersion' : 's3:GetObject';
  return [{ action, resources: [`arn:aws:s3:::${path}`] }, { action: 's3:PutObject' }];
};

const putObject = ({ Tagging, ACL }: Input): readonly Permission[] => [
  { action: 's3:PutObject' },
  ...(Tagging === undefined ? [] : [{ action: 's3:PutObjectTagging' }]),
  ...(ACL === undefined ? [] : [{ action: 's3:PutObjectAcl' }]),
];

const deleteObjects = ({ Delete }: Input): readonly Permission[] => {
  const objects = listOf((Delete as Input | undefined)?.['Objects']);
  const versioned = objects.filter(({ VersionId }) => VersionId !== undefined).length;
  return [
    ...(versioned < objects.length || objects.length === 0 ? [{ action: 's3:DeleteObject' }] : []),
    ...(versioned > 0 ? [{ action: 's3:DeleteObjectVersion' }] : []),
  ];
};

/** Handing a role to a service needs `iam:PassRole` on it (IAM User Guide, "Grant permissions to pass a role"). */
const passing = (action: string, ...roles: readonly unknown[]): readonly Permission[] => {
  const resources = roles.filter((role) => typeof role === 'string');
  return resources.length === 0 ? [{ action }] : [{ action }, { action: 'iam:PassRole', resources }];
};

const roleOf = (target: unknown): unknown => (target as Input | undefined)?.['RoleArn'];

/** The caller's own permissions, not only Auto Scaling's (EC2 Auto Scaling User Guide, "Launching instances with synchronous provisioning"). */
const launchInstances = (_: Input, { region, accountId }: ResourceScope): readonly Permission[] => [
  { action: 'autoscaling:LaunchInstances' },
  { action: 'ec2:CreateFleet', resources: [`arn:aws:ec2:${region}:${accountId}:fleet/*`] },
  { action: 'ec2:DescribeLaunchTemplateVersions', resources: ['*'] },
];

type Rule = string | readonly string[] | ((input: Input, scope: ResourceScope) => readonly Permission[]);

/**
 * Operations whose IAM actions are not `<prefix>:<Operation>`, from the tables "Actions defined by ..." of the Service
 * Authorization Reference. An empty list: the operation needs no permission.
 */
const exceptions: Partial<Readonly<Record<PeerName, Readonly<Record<string, Rule>>>>> = {
  s3: {
    CompleteMultipartUpload: 'PutObject',
    CopyObject: copySource,
    CreateMultipartUpload: putObject,
    DeleteBucketCors: 'PutBucketCORS',
    DeleteBucketEncryption: 'PutEncryptionConfiguration',
    DeleteBucketLifecycle: 'PutLifecycleConfiguration',
    DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
    DeleteBucketTagging: 'PutBucketTagging',
    DeleteObject: withVersion('DeleteObject'),
    DeleteObjects: deleteObjects,
    DeleteObjectTagging: withVersion('DeleteObjectTagging'),
    DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
    GetBucketCors: 'GetBucketCORS',
    GetBucketEncryption: 'GetEncryptionConfiguration',
    GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
    GetBucketNotificationConfiguration: 'GetBucketNotification',
    GetObject: withVersion('GetObject'),
    GetObjectAttributes: withVersion('GetObject'),
    GetObjectTagging: withVersion('GetObjectTagging'),
    GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
    HeadBucket: 'ListBucket',
    HeadObject: withVersion('GetObject'),
    ListBuckets: 'ListAllMyBuckets',
    ListMultipartUploads: 'ListBucketMultipartUploads',
    ListObjects: 'ListBucket',
    ListObjectsV2: 'ListBucket',
    ListObjectVersions: 'ListBucketVersions',
    ListParts: 'ListMultipartUploadParts',
    PutBucketCors: 'PutBucketCORS',
    PutBucketEncryption: 'PutEncryptionConfiguration',
    PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
    PutBucketNotificationConfiguration: 'PutBucketNotification',
    PutObject: putObject,
    PutObjectTagging: withVersion('PutObjectTagging'),
    PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
    UploadPart: 'PutObject',
    UploadPartCopy: copySource,
  },
  lambda: {
    CreateFunction: ({ Role }) => passing('lambda:CreateFunction', Role),
    Invoke: 'InvokeFunction',
    InvokeAsync: 'InvokeFunction',
    InvokeWithResponseStream: 'InvokeFunction',
    UpdateFunctionConfiguration: ({ Role }) => passing('lambda:UpdateFunctionConfiguration', Role),
  },
  states: {
    CreateStateMachine: ({ roleArn }) => passing('states:CreateStateMachine', roleArn),
    UpdateStateMachine: ({ roleArn }) => passing('states:UpdateStateMachine', roleArn),
  },
  events: {
    PutRule: ({ RoleArn }) => passing('events:PutRule', RoleArn),
    PutTargets: ({ Targets }) =>
      passing('events:PutTargets', ...listOf(Targets).map((target) => target['RoleArn'])),
  },
  scheduler: {
    CreateSchedule: ({ Target }) => passing('scheduler:CreateSchedule', roleOf(Target)),
    UpdateSchedule: ({ Target }) => passing('scheduler:UpdateSchedule', roleOf(Target)),
  },
  autoscaling: {
    LaunchInstances: launchInstances,
  },
  sqs: {
    ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
    DeleteMessageBatch: 'DeleteMessage',
    SendMessageBatch: 'SendMessage',
  },
  cloudformation: {
    CreateStack: ({ RoleARN }) => passing('cloudformation:CreateStack', RoleARN),
    UpdateStack: ({ RoleARN }) => passing('cloudformation:UpdateStack', RoleARN),
  },
  sts: {
    // A role's trust policy decides about the first two; anybody may ask for the others.
    AssumeRoleWithSAML: [],
    AssumeRoleWithWebIdentity: [],
    GetCallerIdentity: [],
    GetSessionToken: [],
  },
};

// ARNs of public kinds of resources carry no account (service authorization reference, Amazon EC2).
const unownedTypes: ReadonlySet<string> = new Set(['image', 'snapshot']);

// Tagging on creation needs the permission to tag as well (EC2 User Guide, "Grant permission to tag on creation").
const creationTags = (
  { TagSpecifications }: Input,
  { region, accountId }: ResourceScope,
): readonly Permission[] => {
  const types = new Set(
    listOf(TagSpecifications).map((specification) => textOf(specification['ResourceType'])),
  );
  const resources = [...types]
    .filter((type) => type !== '')
    .map((type) => `arn:aws:ec2:${region}:${unownedTypes.has(type) ? '' : accountId}:${type}/*`);
  return resources.length === 0 ? [] : [{ action: 'ec2:CreateTags', resources }];
};

/** The permissions that an operation needs. */
export const permissionsOf = (
  service: PeerName,
  operation: string,
  input: Input,
  scope: ResourceScope,
): readonly Permission[] => {
  const rule = exceptions[service]?.[operation] ?? operation;
  if (typeof rule === 'function') return rule(input, scope);
  const names = typeof rule === 'string' ? [rule] : rule;
  const permissions = names.map((name): Permission => ({ action: `${service}:${name}` }));
  return service === 'ec2' ? [...permissions, ...creationTags(input, scope)] : permissions;
};
