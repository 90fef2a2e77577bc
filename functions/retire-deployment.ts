import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { retireDeployment } from '#pipeline/rollout/retire-deployment';
import type { Retirement } from '#pipeline/rollout/retire-deployment';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  ec2: new EC2Client(),
  balancing: new ElasticLoadBalancingV2Client(),
  states: new SFNClient(),
};

/** State RetireDeployment. */
export const handler = step((input: Retirement) => retireDeployment(input, deps));
