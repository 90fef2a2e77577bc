import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { storeApproval } from '#pipeline/approval/store-approval';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const approvalRequested = z.object({
  time: z.iso.datetime(),
  detail: z.object({
    approvalId: z.string().regex(/^[0-9a-f]{20}$/),
    app: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
    environment: z.string(),
    releaseId: z.string(),
    taskToken: z.string().min(1).max(2048),
  }),
});

const deps = { ...createStepDeps(), states: new SFNClient() };

/** Target of the rule for the event `approval.requested`. */
export const handler = step((event: unknown) => {
  const { time, detail } = approvalRequested.parse(event);
  return storeApproval({ ...detail, time }, deps);
});
