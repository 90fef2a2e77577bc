import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Kill } from '#pipeline/chaos/kill-machine';
import { waitForRecovery } from '#pipeline/chaos/wait-for-recovery';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  balancing: new ElasticLoadBalancingV2Client(),
};

/** State WaitForRecovery. */
export const handler = step((input: { readonly kill: Kill }) => waitForRecovery(input, deps));
