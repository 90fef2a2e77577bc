import { describe, expect, test } from '@jest/globals';
import type { ApprovalRecord, ApprovalStatus } from '#pipeline/approval/approval-record';
import { approvalMessage } from '#pipeline/slack/approval-message';
import { buttonOf } from '#test/helpers/signed-click';
import { anApproval } from '#test/helpers/slack-fixtures';

const textOf = (record: ApprovalRecord): string => JSON.stringify(approvalMessage(record));
const shown = (record: ApprovalRecord) => ({
  channel: 'C0',
  ts: '1.1',
  blocks: approvalMessage(record).blocks,
});
const decision = {
  decision: 'approve',
  user: 'U0JANE',
  userName: 'jane',
  via: 'slack',
  at: '2026-01-01T00:30:00Z',
} as const;

/** Every text of a message, with the limit that Slack has for it. */
const texts = (record: ApprovalRecord): [text: string, limit: number][] =>
  approvalMessage(record).blocks.flatMap((block): [string, number][] => {
    if (block.type === 'header') return [[block.text.text, 150]];
    if (block.type === 'section')
      return [
        ...(block.text === undefined ? [] : [[block.text.text, 3000] as [string, number]]),
        ...(block.fields ?? []).map(({ text }): [string, number] => [text, 2000]),
      ];
    if (block.type === 'context')
      return block.elements.map((element): [string, number] => ['text' in element ? element.text : '', 2000]);
    return [];
  });

describe('the message that asks for approval', () => {
  test('shows the evidence', () => {
    const text = textOf(anApproval());
    for (const evidence of [
      'hello 2.0.0',
      'Version *1.0.0* serves there now',
      'c0ffee012345',
      'Serve faster',
      '3.0 MiB (−1.0 MiB)',
      '12 files (+2)',
      '7 changed blocks',
      '1.2 s to healthy',
      '`/health` 200 in 4 ms',
      'In dev',
      '0.15 % errors',
      '3 of 2000 requests',
      '`LOG_LEVEL`',
      'jane@example.com',
      '<!date^1767229260^',
    ]) {
      expect(text).toContain(evidence);
    }
  });

  test('carries what was shown in its buttons, never the task token', () => {
    const record = anApproval();
    const { value } = buttonOf({ message: shown(record), action: 'approve' });
    expect(JSON.parse(value ?? '')).toEqual({
      approvalId: record.approvalId,
      app: 'hello',
      planDigest: record.planDigest,
    });
    expect(textOf(record)).not.toContain('secret-task-token');
    expect(buttonOf({ message: shown(record), action: 'approve' })).toHaveProperty('confirm');
    expect(buttonOf({ message: shown(record), action: 'reject' }).style).toBe('danger');
  });

  test.each<ApprovalStatus>(['approved', 'rejected', 'expired', 'superseded', 'stale'])(
    'has no buttons once it is %s',
    (status) => {
      expect(shown(anApproval({ status })).blocks.map((block) => block.type)).not.toContain('actions');
    },
  );

  test('says who decided what and when', () => {
    const approved = textOf(anApproval({ status: 'approved', decisions: [decision] }));
    expect(approved).toContain('Approved by <@U0JANE> through slack, <!date^1767227400^');
    const rejected = textOf(
      anApproval({
        status: 'rejected',
        decisions: [
          {
            ...decision,
            decision: 'reject',
            user: 'arn:aws:iam::1:user/joe',
            via: 'cli',
            userName: 'joe',
            comment: 'not on a Friday',
          },
        ],
      }),
    );
    expect(rejected).toContain('Rejected by joe through cli');
    expect(rejected).toContain('not on a Friday');
  });

  test('counts the approvals where several are needed, and keeps its buttons', () => {
    const rule = { ...anApproval().rule, approvers: 2 };
    const record = anApproval({ rule, decisions: [decision] });
    expect(textOf(record)).toContain('*1 of 2 approvals*');
    expect(() => buttonOf({ message: shown(record), action: 'approve' })).not.toThrow();
  });

  test('names who may decide, and mentions those whom Slack knows', () => {
    const rule = { ...anApproval().rule, users: ['U0JANE', 'joe'], requesterMayApprove: false };
    expect(textOf(anApproval({ rule }))).toContain('may be decided by <@U0JANE>, joe');
    expect(textOf(anApproval({ rule }))).toContain('whoever asked may not approve');
    expect(textOf(anApproval({ rule, status: 'approved' }))).not.toContain('may be decided');
  });

  test('lets no text of an artifact or a person mention anyone, link or turn what is read', () => {
    const hostile = '<!channel> <https://evil.example|ok> & \u202Etxt `code`\n*bold*';
    const text = textOf(
      anApproval({
        requesters: [hostile],
        status: 'rejected',
        decisions: [{ ...decision, user: '<@U0BOSS>', userName: hostile, comment: hostile }],
        evidence: {
          ...anApproval().evidence,
          source: { commit: hostile, author: hostile, message: hostile, user: hostile },
          changedParameters: [hostile],
          smoke: [{ path: hostile, status: 200, milliseconds: 1 }],
        },
      }),
    );
    expect(text).not.toMatch(/<!channel>|<https|<@U0BOSS>|\u202E/);
    expect(text).toContain('&lt;!channel&gt; &lt;https://evil.example|ok&gt; &amp;');
  });

  test('stays within the limits of Slack, whatever is in it', () => {
    const long = '<&>😀'.repeat(5000);
    const record = anApproval({
      version: 'v'.repeat(100),
      requesters: Array.from({ length: 50 }, () => long),
      rule: { ...anApproval().rule, approvers: 100 },
      decisions: Array.from({ length: 99 }, () => ({
        ...decision,
        user: long,
        userName: long,
        comment: long,
      })),
      evidence: {
        ...anApproval().evidence,
        source: { commit: long, author: long, message: long, user: long },
        replaces: { releaseId: long, version: long },
        smoke: Array.from({ length: 200 }, () => ({ path: long, status: 200, milliseconds: 1 })),
        changedParameters: Array.from({ length: 200 }, () => long),
      },
    });
    for (const [text, limit] of texts(record)) {
      expect(text.length).toBeLessThanOrEqual(limit);
      expect(text.isWellFormed()).toBe(true);
      expect(text.replaceAll(/&(amp|lt|gt);/g, '').replaceAll(/<(@U\w+|!date[^>]+)>/g, '')).not.toMatch(
        /[&<>](?! )/,
      );
    }
    const { blocks } = approvalMessage(record);
    expect(blocks.length).toBeLessThanOrEqual(50);
    const button = buttonOf({ message: shown(record), action: 'approve' });
    expect(button.value?.length).toBeLessThanOrEqual(2000);
    expect(button.confirm?.title?.text.length).toBeLessThanOrEqual(100);
  });
});
