import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { abandonReplacement } from '#pipeline/recycle/abandon-replacement';
import type { AbandonReplacementInput } from '#pipeline/recycle/abandon-replacement';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  ec2: new EC2Client(),
  states: new SFNClient(),
};

/** State AbandonReplacement. */
export const handler = step((input: AbandonReplacementInput) => abandonReplacement(input, deps));
