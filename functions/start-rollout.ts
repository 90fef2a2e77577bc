import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readPlacement } from '#pipeline/config';
import { startRollout } from '#pipeline/rollout/start-rollout';
import type { StartRolloutInput } from '#pipeline/rollout/start-rollout';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  ec2: new EC2Client(),
  balancing: new ElasticLoadBalancingV2Client(),
  states: new SFNClient(),
  placement: readPlacement(),
};

/** State StartRollout. */
export const handler = step((input: StartRolloutInput) => startRollout(input, deps));
