import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { rejectRelease } from '#pipeline/release/reject-release';
import type { RejectReleaseInput } from '#pipeline/release/reject-release';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  ec2: new EC2Client(),
  balancing: new ElasticLoadBalancingV2Client(),
};

/** State RejectRelease. */
export const handler = step((input: RejectReleaseInput) => rejectRelease(input, deps));
