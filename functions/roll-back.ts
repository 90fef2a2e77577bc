import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { rollBack } from '#pipeline/rollout/roll-back';
import type { RollBackInput } from '#pipeline/rollout/roll-back';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  ec2: new EC2Client(),
  balancing: new ElasticLoadBalancingV2Client(),
  states: new SFNClient(),
};

/** State RollBack. */
export const handler = step((input: RollBackInput) => rollBack(input, deps));
