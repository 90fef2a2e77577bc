import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readPlacement } from '#pipeline/config';
import type { RolloutPlan } from '#pipeline/model';
import { startRollout } from '#pipeline/rollout/start-rollout';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  cloudWatch: new CloudWatchClient(),
  ec2: new EC2Client(),
  balancing: new ElasticLoadBalancingV2Client(),
  states: new SFNClient(),
  placement: readPlacement(),
};

/** State StartRollout. */
export const handler = step((input: { readonly plan: RolloutPlan }) => startRollout(input, deps));
