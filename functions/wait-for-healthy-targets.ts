import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Rollout } from '#pipeline/model';
import { waitForHealthyTargets } from '#pipeline/rollout/wait-for-healthy-targets';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  ec2: new EC2Client(),
  balancing: new ElasticLoadBalancingV2Client(),
};

/** State WaitForHealthyTargets. */
export const handler = step((input: { readonly rollout: Rollout }) => waitForHealthyTargets(input, deps));
