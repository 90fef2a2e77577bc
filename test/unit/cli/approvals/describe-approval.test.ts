import { describe, expect, test } from '@jest/globals';
import { describeApproval } from '#cli/approvals/describe-approval';
import { clockTime } from '#cli/clock-time';
import { anApproval, NOW } from '#test/helpers/cli-fixtures';

const { evidence } = anApproval();
const textOf = (approval = anApproval()): string => describeApproval(approval, NOW).join('\n');

describe('describeApproval', () => {
  test('shows all of the evidence, a line each', () => {
    const text = textOf(
      anApproval({
        evidence: {
          ...evidence,
          source: { commit: '0123456789abcdef', author: 'Ann', message: 'fix the door', user: 'arn:ann' },
          replaces: { releaseId: 'hello-1', version: '1.0.0' },
          size: { contentBytes: 2048, files: 3, contentBytesDelta: -1536, filesDelta: 1, changedBlocks: 7 },
          smoke: [{ path: '/health', status: 200, milliseconds: 4 }],
          before: { environment: 'dev', requests: 1200, errors: 3 },
          changedParameters: ['GREETING'],
        },
        rule: { approvers: 2, users: ['U1', 'U2'], requesterMayApprove: false, expiryMinutes: 60 },
      }),
    );
    expect(text.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '))).toEqual([
      'hello 2.0.0 for prod, in place of 1.0.0',
      '  release  hello-2.0.0-0000000000000002',
      '  source  0123456789ab by Ann fix the door (dropped by arn:ann)',
      '  image  ami-2 sha256:2222',
      '  size  2.0 KiB in 3 files (-1.5 KiB, +1 files); 7 blocks of 512 KiB differ',
      '  boot  3.2 s to healthy',
      '  smoke test  /health 200 in 4 ms',
      '  before  in dev: 3 errors in 1200 requests (0.25 %)',
      '  parameters  changed: GREETING',
      '  asked  5m ago, by arn:aws:iam::1:user/ann',
      `  until  ${clockTime(anApproval().expiresAt, NOW)}, then it is not let in`,
      '  approval  0 of 2 approvals; may decide: U1, U2, but not whoever asked for it',
    ]);
  });

  test('leaves out what is not known of a first release', () => {
    const text = textOf();
    expect(text).toContain('2.0 KiB in 3 files\n');
    expect(text).not.toMatch(/source|before|parameters|in place of|undefined|NaN/);
  });

  test('divides by no requests without a ratio', () => {
    const before = { environment: 'dev', requests: 0, errors: 0 };
    expect(textOf(anApproval({ evidence: { ...evidence, before } }))).toContain('in dev: no requests yet\n');
  });
});
