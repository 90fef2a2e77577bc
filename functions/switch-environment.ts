import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { readConfig } from '#pipeline/config';
import { switchEnvironment } from '#pipeline/environments/switch-environment';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const wish = z.strictObject({
  environment: z.string().min(1),
  to: z.enum(['off', 'on']),
  by: z.string().min(1).max(2048),
});

const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  states: new SFNClient(),
  bucket: readConfig(['KILN_BUCKET']).KILN_BUCKET,
};

/** Target of the schedules of off-hours; `kiln env off` and `kiln env on` invoke it too. */
export const handler = step((event: unknown) => switchEnvironment(wish.parse(event), deps));
