import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { decideApproval } from '#pipeline/approval/decide-approval';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const approvalDecided = z.object({
  detail: z.object({
    approvalId: z.string().regex(/^[0-9a-f]{20}$/),
    app: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
    planDigest: z.string().max(64),
    decision: z.enum(['approve', 'reject']),
    user: z.string().min(1).max(2048),
    userName: z.string().min(1).max(256).exactOptional(),
    via: z.string().min(1).max(64),
    comment: z.string().max(2000).exactOptional(),
  }),
});

const deps = { ...createStepDeps(), states: new SFNClient() };

/** Target of the rule for the event `approval.decided`. */
export const handler = step((event: unknown) => decideApproval(approvalDecided.parse(event).detail, deps));
