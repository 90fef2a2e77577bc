import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { ReplacementBatch } from '#pipeline/recycle/replacement-order';
import { retireInstances } from '#pipeline/recycle/retire-instances';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  balancing: new ElasticLoadBalancingV2Client(),
  cloudWatch: new CloudWatchClient(),
  ec2: new EC2Client(),
  states: new SFNClient(),
};

/** State RetireInstances. */
export const handler = step((input: { readonly batch: ReplacementBatch }) => retireInstances(input, deps));
