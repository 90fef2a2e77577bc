import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { systemClock } from '#pipeline/clock';
import type { Rollout } from '#pipeline/model';
import { waitForHealthyTargets } from '#pipeline/rollout/wait-for-healthy-targets';
import { step } from './shared/step.ts';

const deps = {
  autoScaling: new AutoScalingClient(),
  balancing: new ElasticLoadBalancingV2Client(),
  clock: systemClock,
};

/** State WaitForHealthyTargets. */
export const handler = step((input: { readonly rollout: Rollout }) => waitForHealthyTargets(input, deps));
