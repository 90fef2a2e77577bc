import { AwsError } from '../errors.ts';
import type { PeerName } from '../service.ts';

// "Common errors" of each service's API reference; the SDKs know all of these as throttling.
const throttles: Readonly<Record<PeerName, readonly [code: string, status: number]>> = {
  ec2: ['RequestLimitExceeded', 503],
  s3: ['SlowDown', 503],
  lambda: ['TooManyRequestsException', 429],
  ebs: ['RequestThrottledException', 400],
  scheduler: ['ThrottlingException', 429],
  sqs: ['RequestThrottled', 400],
  states: ['ThrottlingException', 400],
  events: ['ThrottlingException', 400],
  ssm: ['ThrottlingException', 400],
  logs: ['ThrottlingException', 400],
  cloudwatch: ['Throttling', 400],
  autoscaling: ['Throttling', 400],
  elasticloadbalancing: ['Throttling', 400],
  cloudformation: ['Throttling', 400],
  iam: ['Throttling', 400],
  sts: ['Throttling', 400],
};

/** The error with which a service throttles. */
export const throttled = (service: PeerName): AwsError => {
  const [code, status] = throttles[service];
  return new AwsError(code, service === 's3' ? 'Please reduce your request rate.' : 'Rate exceeded', {
    status,
  });
};

/** The error of a zone without room, in the words of Amazon EC2. */
export const noCapacity = (zone: string): AwsError =>
  new AwsError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient capacity in the Availability Zone you requested (${zone}).`,
    { status: 500 },
  );

const codeByPrefix: Readonly<Record<string, string>> = {
  i: 'InvalidInstanceID.NotFound',
  ami: 'InvalidAMIID.NotFound',
  snap: 'InvalidSnapshot.NotFound',
  lt: 'InvalidLaunchTemplateId.NotFound',
};

/** The error of an id that is not known yet (EC2 API reference, "Eventual consistency"). */
export const notFound = (service: PeerName, id: string): AwsError => {
  if (service === 'ebs') {
    return new AwsError('ResourceNotFoundException', `The snapshot '${id}' does not exist.`, {
      status: 404,
      members: { Reason: 'SNAPSHOT_NOT_FOUND' },
    });
  }
  if (id.includes(':targetgroup/'))
    return new AwsError('TargetGroupNotFound', 'One or more target groups not found');
  if (id.includes(':listener-rule/')) return new AwsError('RuleNotFound', 'One or more rules not found');
  const code = codeByPrefix[id.slice(0, id.indexOf('-'))] ?? 'ValidationError';
  return new AwsError(code, `The ID '${id}' does not exist`);
};
