import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Rollout } from '#pipeline/model';
import { drainBlue } from '#pipeline/rollout/drain-blue';
import { step } from './shared/step.ts';

const deps = { autoScaling: new AutoScalingClient(), balancing: new ElasticLoadBalancingV2Client() };

/** State DrainBlue. */
export const handler = step((input: { readonly rollout: Rollout }) => drainBlue(input, deps));
