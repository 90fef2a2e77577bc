import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { launchReplacements } from '#pipeline/recycle/launch-replacements';
import type { LaunchReplacementsInput } from '#pipeline/recycle/replacement-order';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  cloudWatch: new CloudWatchClient(),
  ec2: new EC2Client(),
  states: new SFNClient(),
};

/** State LaunchReplacements. */
export const handler = step((input: LaunchReplacementsInput) => launchReplacements(input, deps));
