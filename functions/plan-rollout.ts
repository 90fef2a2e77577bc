import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { planRollout } from '#pipeline/rollout/plan-rollout';
import type { PlanRolloutInput } from '#pipeline/rollout/plan-rollout';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  cloudWatch: new CloudWatchClient(),
  ebs: new EBSClient(),
  ec2: new EC2Client(),
  states: new SFNClient(),
};

/** State PlanRollout. */
export const handler = step((input: PlanRolloutInput) => planRollout(input, deps));
