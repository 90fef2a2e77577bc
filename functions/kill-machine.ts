import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { killMachine } from '#pipeline/chaos/kill-machine';
import type { KillRequest } from '#pipeline/chaos/may-kill';
import { readConfig } from '#pipeline/config';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  balancing: new ElasticLoadBalancingV2Client(),
  cloudWatch: new CloudWatchClient(),
  ec2: new EC2Client(),
  states: new SFNClient(),
  bucket: readConfig(['KILN_BUCKET']).KILN_BUCKET,
};

/** State KillMachine. */
export const handler = step((input: KillRequest) => killMachine(input, deps));
