import type { PeerName } from './service.ts';

/** A service as the `aws-sdk:<id>:<action>` of Step Functions and EventBridge Scheduler reaches it. */
export interface SdkService {
  readonly peer: PeerName;
  /** Name of the client in the AWS SDK for Java 2: prefix of error names. */
  readonly name: string;
  /** Loads the client module, to know which errors are modelled. */
  readonly load: () => Promise<object>;
  /** The API writes its members in lower camel case; Step Functions always in upper. */
  readonly lowerCamel?: boolean;
}

/** The services of the local cloud by the id that these two give them. */
export const sdkServices: Readonly<Record<string, SdkService>> = {
  s3: { peer: 's3', name: 'S3', load: () => import('@aws-sdk/client-s3') },
  eventbridge: { peer: 'events', name: 'EventBridge', load: () => import('@aws-sdk/client-eventbridge') },
  sfn: { peer: 'states', name: 'Sfn', load: () => import('@aws-sdk/client-sfn'), lowerCamel: true },
  lambda: { peer: 'lambda', name: 'Lambda', load: () => import('@aws-sdk/client-lambda') },
  ec2: { peer: 'ec2', name: 'Ec2', load: () => import('@aws-sdk/client-ec2') },
  ebs: { peer: 'ebs', name: 'Ebs', load: () => import('@aws-sdk/client-ebs') },
  autoscaling: {
    peer: 'autoscaling',
    name: 'AutoScaling',
    load: () => import('@aws-sdk/client-auto-scaling'),
  },
  elasticloadbalancingv2: {
    peer: 'elasticloadbalancing',
    name: 'ElasticLoadBalancingV2',
    load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  },
  scheduler: { peer: 'scheduler', name: 'Scheduler', load: () => import('@aws-sdk/client-scheduler') },
  sqs: { peer: 'sqs', name: 'Sqs', load: () => import('@aws-sdk/client-sqs') },
  ssm: { peer: 'ssm', name: 'Ssm', load: () => import('@aws-sdk/client-ssm') },
  sts: { peer: 'sts', name: 'Sts', load: () => import('@aws-sdk/client-sts') },
  iam: { peer: 'iam', name: 'Iam', load: () => import('@aws-sdk/client-iam') },
  cloudformation: {
    peer: 'cloudformation',
    name: 'CloudFormation',
    load: () => import('@aws-sdk/client-cloudformation'),
  },
  cloudwatch: { peer: 'cloudwatch', name: 'CloudWatch', load: () => import('@aws-sdk/client-cloudwatch') },
  cloudwatchlogs: {
    peer: 'logs',
    name: 'CloudWatchLogs',
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
    lowerCamel: true,
  },
};
