import * as AutoScaling from '@aws-sdk/client-auto-scaling';
import * as CloudFormation from '@aws-sdk/client-cloudformation';
import * as CloudWatch from '@aws-sdk/client-cloudwatch';
import * as Logs from '@aws-sdk/client-cloudwatch-logs';
import * as Ebs from '@aws-sdk/client-ebs';
import * as Ec2 from '@aws-sdk/client-ec2';
import * as Elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as Events from '@aws-sdk/client-eventbridge';
import * as Iam from '@aws-sdk/client-iam';
import * as Lambda from '@aws-sdk/client-lambda';
import * as S3 from '@aws-sdk/client-s3';
import * as Scheduler from '@aws-sdk/client-scheduler';
import * as States from '@aws-sdk/client-sfn';
import * as Sqs from '@aws-sdk/client-sqs';
import * as Ssm from '@aws-sdk/client-ssm';
import * as Sts from '@aws-sdk/client-sts';
import type { PeerName, Protocol, ServiceFacts } from '#localcloud/service';

/** A service as this test sees it: only its SDK client and the facts that no client exports. */
export interface ServiceModel {
  readonly module: Readonly<Record<string, unknown>>;
  readonly client: new (config: object) => TestClient;
  readonly facts: ServiceFacts;
}

/** The part of an SDK client that the tests use. */
export interface TestClient {
  send(command: object): Promise<Record<string, unknown>>;
  destroy(): void;
}

const describe = (
  module: object,
  client: unknown,
  name: PeerName,
  protocol: Protocol,
  details: Partial<ServiceFacts> = {},
): ServiceModel => ({
  module: module as ServiceModel['module'],
  client: client as ServiceModel['client'],
  facts: { name, signingName: name, protocol, xmlNamespace: `http://${name}.amazonaws.com/doc/`, ...details },
});

/** All services whose wire format is tested. */
export const serviceModels: readonly ServiceModel[] = [
  describe(AutoScaling, AutoScaling.AutoScalingClient, 'autoscaling', 'query'),
  describe(CloudFormation, CloudFormation.CloudFormationClient, 'cloudformation', 'query'),
  describe(CloudWatch, CloudWatch.CloudWatchClient, 'cloudwatch', 'json-1.0', {
    signingName: 'monitoring',
    otherProtocols: ['query'],
    target: 'GraniteServiceVersion20100801',
    version: '2010-08-01',
  }),
  describe(Logs, Logs.CloudWatchLogsClient, 'logs', 'json-1.1', { target: 'Logs_20140328' }),
  describe(Ebs, Ebs.EBSClient, 'ebs', 'rest-json'),
  describe(Ec2, Ec2.EC2Client, 'ec2', 'ec2'),
  describe(Elb, Elb.ElasticLoadBalancingV2Client, 'elasticloadbalancing', 'query'),
  describe(Events, Events.EventBridgeClient, 'events', 'json-1.1', { target: 'AWSEvents' }),
  describe(Iam, Iam.IAMClient, 'iam', 'query'),
  describe(Lambda, Lambda.LambdaClient, 'lambda', 'rest-json'),
  describe(S3, S3.S3Client, 's3', 'rest-xml'),
  describe(Scheduler, Scheduler.SchedulerClient, 'scheduler', 'rest-json'),
  describe(Sqs, Sqs.SQSClient, 'sqs', 'json-1.0', {
    otherProtocols: ['query'],
    target: 'AmazonSQS',
    version: '2012-11-05',
  }),
  describe(States, States.SFNClient, 'states', 'json-1.0', { target: 'AWSStepFunctions' }),
  describe(Ssm, Ssm.SSMClient, 'ssm', 'json-1.1', { target: 'AmazonSSM' }),
  describe(Sts, Sts.STSClient, 'sts', 'query', { version: '2011-06-15' }),
];
