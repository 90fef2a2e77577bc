import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { readConfig } from '#pipeline/config';
import { minutesBetween } from '#pipeline/recycle/minutes-between';
import { planRecyclingNow } from '#pipeline/recycle/plan-recycling';
import type { PlanRecyclingInput } from '#pipeline/recycle/plan-recycling';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const wish = z.strictObject({
  environment: z.string().min(1).exactOptional(),
  app: z.string().min(1).exactOptional(),
  all: z.boolean().exactOptional(),
  evenIfOverdue: z.boolean().exactOptional(),
  requestedBy: z.string().min(1).max(2048).exactOptional(),
  // Part of an execution's name, which has 80 characters at most (AWS-FACTS 4.6).
  requestId: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .exactOptional(),
}) satisfies z.ZodType<PlanRecyclingInput>;

const config = readConfig(['KILN_BUCKET', 'KILN_RECYCLE_SCHEDULE']);
const deps = {
  ...createStepDeps(),
  autoScaling: new AutoScalingClient(),
  cloudWatch: new CloudWatchClient(),
  ec2: new EC2Client(),
  states: new SFNClient(),
  bucket: config.KILN_BUCKET,
  everyMinutes: minutesBetween(config.KILN_RECYCLE_SCHEDULE),
};

/** State PlanRecycling: the schedule asks for nothing in particular, `kiln recycle --now` for what a person wants. */
export const handler = step((input: unknown) => planRecyclingNow(wish.parse(input), deps));
