import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Rollout } from '#pipeline/model';
import { finishRollout } from '#pipeline/rollout/finish-rollout';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  states: new SFNClient(),
  balancing: new ElasticLoadBalancingV2Client(),
};

/** State FinishRollout. */
export const handler = step((input: { readonly rollout: Rollout }) => finishRollout(input, deps));
