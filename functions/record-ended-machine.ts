import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { recordEndedMachine } from '#pipeline/machine/record-ended-machine';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const instanceId = z.templateLiteral(['i-', z.string().regex(/^[0-9a-f]+$/)]);

const machineEnded = z.object({
  time: z.iso.datetime(),
  detail: z.object({ 'instance-id': instanceId }),
});

const deps = { ...createStepDeps(), ec2: new EC2Client(), autoScaling: new AutoScalingClient() };

/** Target of the rule for EC2's event that an instance has terminated. */
export const handler = step((event: unknown) => {
  const { time, detail } = machineEnded.parse(event);
  return recordEndedMachine({ instanceId: detail['instance-id'], endedAt: time }, deps);
});
