import * as z from 'zod';
import type { ApprovalRule } from './environment.ts';
import { listOf, mapping, text, whole, yesOrNo } from './schema-parts.ts';

const DAY_MINUTES = 1440;

const rule = mapping(
  {
    approvers: whole(1, 20).default(1),
    users: listOf(text(/^\S(?:.{0,2046}\S)?$/, 'a Slack user id, a Slack user name or an IAM ARN'), {
      least: 0,
      most: 200,
    }).default([]),
    requesterMayApprove: yesOrNo().default(false),
    expiryMinutes: whole(1, 7 * DAY_MINUTES).default(DAY_MINUTES),
  },
  'a number of approvers',
).superRefine(({ approvers, users }, context) => {
  if (users.length > 0 && approvers > users.length) {
    const message = `expected at most ${users.length}, since so many users are listed`;
    context.addIssue({ code: 'custom', path: ['approvers'], message });
  }
});

/** Who may let a release in, as the file says it; a number stands for so many approvers, whoever they are. */
export const approvalSchema: z.ZodType<ApprovalRule> = z.preprocess((value) => {
  if (value === true) return {};
  return typeof value === 'number' ? { approvers: value } : value;
}, rule);
