import type { ServiceFactory } from './service.ts';
import { createAutoScaling } from './services/autoscaling/index.ts';
import { createCloudFormation } from './services/cloudformation/index.ts';
import { createCloudWatch } from './services/cloudwatch/index.ts';
import { createEbs } from './services/ebs/index.ts';
import { createEc2 } from './services/ec2/index.ts';
import { createElasticLoadBalancing } from './services/elasticloadbalancing/index.ts';
import { createEvents } from './services/events/index.ts';
import { createIam } from './services/iam/index.ts';
import { createLambda } from './services/lambda/index.ts';
import { createLogs } from './services/logs/index.ts';
import { createS3 } from './services/s3/index.ts';
import { createScheduler } from './services/scheduler/index.ts';
import { createSqs } from './services/sqs/index.ts';
import { createSsm } from './services/ssm/index.ts';
import { createStates } from './services/states/index.ts';
import { createSts } from './services/sts/index.ts';

/** The services that a local cloud runs unless told otherwise, in the order in which they start. */
export const defaultServices: readonly ServiceFactory[] = [
  createIam,
  createSts,
  createLogs,
  createCloudWatch,
  createS3,
  createSsm,
  createSqs,
  createEbs,
  createEc2,
  createElasticLoadBalancing,
  createLambda,
  createStates,
  createAutoScaling,
  // Last: what these resume or deliver after a restart needs all the others.
  createEvents,
  createScheduler,
  createCloudFormation,
];
