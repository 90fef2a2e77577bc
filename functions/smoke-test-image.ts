import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { readPlacement } from '#pipeline/config';
import { smokeTestImage } from '#pipeline/image/smoke-test-image';
import type { SmokeTestImageInput } from '#pipeline/image/smoke-test-image';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  ec2: new EC2Client(),
  balancing: new ElasticLoadBalancingV2Client(),
  placement: readPlacement(),
  fetch: globalThis.fetch,
};

/** State SmokeTestImage. */
export const handler = step((input: SmokeTestImageInput) => smokeTestImage(input, deps));
