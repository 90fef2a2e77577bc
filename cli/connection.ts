import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { rootCredentials } from '#localcloud/root-credentials';

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
  readonly ebs: EBSClient;
  readonly ec2: EC2Client;
  readonly s3: S3Client;
  readonly states: SFNClient;
}

/** The local cloud's address unless `KILN_ENDPOINT` names another. */
export const localEndpoint = (): string => process.env['KILN_ENDPOINT'] ?? 'http://127.0.0.1:4566';

/** Clients for a local cloud at `endpoint`. */
export const localConfig = (endpoint: string): ClientConfig => ({
  endpoint,
  region: 'eu-central-1',
  credentials: rootCredentials,
});

/** Opens the clients; an empty configuration uses the AWS SDK's own settings, and so an account. */
export const connect = (config: ClientConfig): Connection => ({
  config,
  autoScaling: new AutoScalingClient(config),
  balancing: new ElasticLoadBalancingV2Client(config),
  cloudFormation: new CloudFormationClient(config),
  ebs: new EBSClient(config),
  ec2: new EC2Client(config),
  s3: new S3Client(config),
  states: new SFNClient(config),
});
