import type { ActionsBlock } from '@slack/types';
import * as z from 'zod';
import type { ApprovalRecord } from '../approval/approval-record.ts';
import { clip } from './mrkdwn.ts';

/** Longest title and button text of a confirmation dialog (AWS-FACTS 4.7 and `@slack/types`). */
const CONFIRM_TITLE_LIMIT = 100;

const ACTION_IDS = { approve: 'kiln-approve', reject: 'kiln-reject' } as const;

/** What a button carries: what was shown. The task token stays in the approval's document. */
const buttonValue = z.strictObject({
  approvalId: z.string().regex(/^[0-9a-f]{8,64}$/),
  app: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  planDigest: z.string().regex(/^[0-9a-f]{8,64}$/),
});

/** What a button of ours says when it is clicked. */
export interface ButtonMeaning extends z.infer<typeof buttonValue> {
  readonly decision: 'approve' | 'reject';
}

/** Reads a clicked button; undefined when it is none of ours or its value was tampered with. */
export const readButton = (actionId: string, value: string): ButtonMeaning | undefined => {
  const decision = (['approve', 'reject'] as const).find((candidate) => ACTION_IDS[candidate] === actionId);
  if (decision === undefined) return undefined;
  try {
    return { decision, ...buttonValue.parse(JSON.parse(value)) };
  } catch {
    return undefined;
  }
};

/** Approve, which asks once more, and Reject. */
export const approvalButtons = (record: ApprovalRecord): ActionsBlock => {
  const { approvalId, app, planDigest, version, environment } = record;
  const value = JSON.stringify({ approvalId, app, planDigest });
  return {
    type: 'actions',
    block_id: `kiln-approval-${approvalId}`,
    elements: [
      {
        type: 'button',
        action_id: ACTION_IDS.approve,
        style: 'primary',
        text: { type: 'plain_text', text: 'Approve' },
        value,
        confirm: {
          title: {
            type: 'plain_text',
            text: clip(`${app} ${version} to ${environment}?`, CONFIRM_TITLE_LIMIT),
          },
          text: { type: 'plain_text', text: 'It takes the traffic step by step and can be rolled back.' },
          confirm: { type: 'plain_text', text: 'Approve' },
          deny: { type: 'plain_text', text: 'Not yet' },
        },
      },
      {
        type: 'button',
        action_id: ACTION_IDS.reject,
        style: 'danger',
        text: { type: 'plain_text', text: 'Reject' },
        value,
      },
    ],
  };
};
