import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ReplacementBatch } from '#pipeline/recycle/replacement-order';
import { waitForReplacements } from '#pipeline/recycle/wait-for-replacements';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  balancing: new ElasticLoadBalancingV2Client(),
  ec2: new EC2Client(),
};

/** State WaitForReplacements. */
export const handler = step((input: { readonly batch: ReplacementBatch }) =>
  waitForReplacements(input, deps),
);
