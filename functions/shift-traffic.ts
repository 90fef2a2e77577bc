import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { readConfig } from '#pipeline/config';
import type { Rollout } from '#pipeline/model';
import { shiftTraffic } from '#pipeline/rollout/shift-traffic';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  balancing: new ElasticLoadBalancingV2Client(),
  listenerArn: readConfig(['KILN_LISTENER_ARN']).KILN_LISTENER_ARN,
};

/** State ShiftTraffic. */
export const handler = step((input: { readonly rollout: Rollout }) => shiftTraffic(input, deps));
