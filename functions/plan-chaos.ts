import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { planChaos } from '#pipeline/chaos/plan-chaos';
import { readConfig } from '#pipeline/config';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  balancing: new ElasticLoadBalancingV2Client(),
  cloudWatch: new CloudWatchClient(),
  states: new SFNClient(),
  bucket: readConfig(['KILN_BUCKET']).KILN_BUCKET,
};

/** State PlanChaos. */
export const handler = step((_input: object) => planChaos(deps));
