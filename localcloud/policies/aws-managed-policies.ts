/** A policy that AWS owns. */
export interface AwsManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly document: string;
}

const allow = (actions: readonly string[]): object => ({ Effect: 'Allow', Action: actions, Resource: '*' });

const logs = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

const networkInterfaces = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const managedInstance = [
  'ssm:DescribeAssociation',
  'ssm:GetDeployablePatchSnapshotForInstance',
  'ssm:GetDocument',
  'ssm:DescribeDocument',
  'ssm:GetManifest',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:ListAssociations',
  'ssm:ListInstanceAssociations',
  'ssm:PutInventory',
  'ssm:PutComplianceItems',
  'ssm:PutConfigurePackageResult',
  'ssm:UpdateAssociationStatus',
  'ssm:UpdateInstanceAssociationStatus',
  'ssm:UpdateInstanceInformation',
  'ssmmessages:*',
  'ec2messages:*',
];

const readOnly = ['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'];

// The AWS Managed Policy Reference Guide; only those that templates of functions, machines and state machines attach.
const table: readonly (readonly [path: string, name: string, statements: readonly object[]])[] = [
  ['/', 'AdministratorAccess', [allow(['*'])]],
  ['/', 'AmazonS3ReadOnlyAccess', [allow(readOnly)]],
  ['/', 'AmazonS3FullAccess', [allow(['s3:*', 's3-object-lambda:*'])]],
  ['/', 'AmazonSSMManagedInstanceCore', [allow(managedInstance)]],
  ['/', 'AWSXRayDaemonWriteAccess', [allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'])]],
  ['/', 'CloudWatchLogsFullAccess', [allow(['logs:*', 'cloudwatch:GenerateQuery'])]],
  ['/service-role/', 'AWSLambdaBasicExecutionRole', [allow(logs)]],
  ['/service-role/', 'AWSLambdaVPCAccessExecutionRole', [allow([...logs, ...networkInterfaces])]],
  ['/service-role/', 'AWSLambdaRole', [allow(['lambda:InvokeFunction'])]],
];

const policies = new Map<string, AwsManagedPolicy>(
  table.map(([path, name, statements]) => {
    const arn = `arn:aws:iam::aws:policy${path}${name}`;
    return [
      arn,
      { name, path, arn, document: JSON.stringify({ Version: '2012-10-17', Statement: statements }) },
    ];
  }),
);

/** The AWS-managed policy with this ARN, if the local cloud knows it. */
export const awsManagedPolicy = (arn: string): AwsManagedPolicy | undefined => policies.get(arn);

/** All AWS-managed policies that the local cloud knows. */
export const awsManagedPolicies = (): readonly AwsManagedPolicy[] => [...policies.values()];
