import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { rootCredentials } from '#localcloud/root-credentials';
import { kilnHome } from './home.ts';
import { UserError } from './user-error.ts';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
]);

/** Where the AWS APIs are and who asks. */
export interface ClientConfig {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The AWS clients that commands use: the same against the local cloud and an account. */
export interface Connection {
  readonly config: ClientConfig;
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly ebs: EBSClient;
  readonly ec2: EC2Client;
  readonly events: EventBridgeClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  readonly states: SFNClient;
  readonly sts: STSClient;
}

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4566';

const endpointFile = (): string => join(kilnHome(), 'endpoint');

/** Writes down where the local cloud on this KILN_HOME answers, for the commands in other terminals. */
export const rememberEndpoint = (endpoint: string): void => writeFileSync(endpointFile(), `${endpoint}\n`);

const rememberedEndpoint = (): string | undefined => {
  try {
    return readFileSync(endpointFile(), 'utf8').trim();
  } catch {
    return undefined;
  }
};

/**
 * Where the local cloud is: as `KILN_ENDPOINT` says, else where it was last started on this KILN_HOME.
 * @throws UserError when that is no HTTP address
 */
export const localEndpoint = (): string => {
  const endpoint = process.env['KILN_ENDPOINT'] ?? rememberedEndpoint() ?? DEFAULT_ENDPOINT;
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    throw new UserError(
      `KILN_ENDPOINT is '${endpoint}', which is no HTTP address`,
      `KILN_ENDPOINT=${DEFAULT_ENDPOINT}`,
    );
  }
  return endpoint;
};

/** Whether an error says that nobody listens at an address, or no longer. */
export const isUnreachable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (UNREACHABLE.has((error as NodeJS.ErrnoException).code ?? '')) return true;
  return error instanceof AggregateError && error.errors.some(isUnreachable);
};

/** Clients for a local cloud at `endpoint`. */
export const localConfig = (endpoint: string): ClientConfig => ({
  endpoint,
  region: 'eu-central-1',
  credentials: rootCredentials,
});

/** Whether commands go to the account of the AWS SDK's own settings (`KILN_ENDPOINT=aws`) and to no local cloud. */
export const usesAccount = (): boolean => process.env['KILN_ENDPOINT'] === 'aws';

/** Where commands go: the local cloud, or an account. */
export const configOfEnvironment = (): ClientConfig => (usesAccount() ? {} : localConfig(localEndpoint()));

/** Opens the clients; an empty configuration uses the AWS SDK's own settings, and so an account. */
export const connect = (config: ClientConfig): Connection => ({
  config,
  autoScaling: new AutoScalingClient(config),
  balancing: new ElasticLoadBalancingV2Client(config),
  cloudFormation: new CloudFormationClient(config),
  cloudWatch: new CloudWatchClient(config),
  ebs: new EBSClient(config),
  ec2: new EC2Client(config),
  events: new EventBridgeClient(config),
  lambda: new LambdaClient(config),
  s3: new S3Client(config),
  sqs: new SQSClient(config),
  ssm: new SSMClient(config),
  states: new SFNClient(config),
  sts: new STSClient(config),
});
