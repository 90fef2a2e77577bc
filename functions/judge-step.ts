import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Rollout } from '#pipeline/model';
import { judgeStep } from '#pipeline/rollout/judge-step';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  cloudWatch: new CloudWatchClient(),
  balancing: new ElasticLoadBalancingV2Client(),
};

/** State JudgeStep. */
export const handler = step((input: { readonly rollout: Rollout }) => judgeStep(input, deps));
