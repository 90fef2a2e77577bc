import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { flipTraffic } from '#pipeline/rollback/flip-traffic';
import type { FlipTrafficInput } from '#pipeline/rollback/flip-traffic';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  balancing: new ElasticLoadBalancingV2Client(),
  states: new SFNClient(),
};

/** State FlipTraffic. */
export const handler = step((input: FlipTrafficInput) => flipTraffic(input, deps));
