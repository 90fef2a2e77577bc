import { describe, expect, test } from '@jest/globals';
import type { ExecutionState } from '#cli/doctor/execution-state';
import { explainApp } from '#cli/doctor/explain-app';
import type { Finding } from '#cli/doctor/finding';
import type { AppStatus } from '#cli/rollouts/read-status';
import {
  aLease,
  anApproval,
  aServingRecord,
  aShare,
  aStatus,
  executionOf,
  minutesAgo,
  NOW,
  releaseIdOf,
  someProgress,
} from '#test/helpers/cli-fixtures';

const order = { releaseId: releaseIdOf(2), droppedAt: minutesAgo(9), key: 'apps/hello/2.0.0.zip' };

const explain = (
  status: AppStatus,
  executions: readonly (readonly [string, ExecutionState])[] = [],
): readonly Finding[] => explainApp({ status, executions: new Map(executions) }, NOW);

const first = (...args: Parameters<typeof explain>): Finding | undefined => explain(...args)[0];

describe('explainApp', () => {
  test('finds nothing wrong where one release serves', () => {
    expect(explain(aStatus())).toEqual([
      { check: 'hello in prod', status: 'ok', found: '1.0.0 has 100 %, 2 of 2 targets healthy' },
    ]);
  });

  test('names the execution that holds the lease, since when, and how far it is', () => {
    const record = aServingRecord({ lease: aLease(), progress: someProgress({ phase: 'judging' }) });
    const status = aStatus({ record, shares: [aShare(1, 90), aShare(2, 10)] });
    expect(first(status, [[executionOf(2), 'RUNNING']])).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/execution 'e-2' .* for 4m, step 1 of 3: 17 of 95 requests on green/),
    });
  });

  test.each([
    ['ABORTED' as const, 'was stopped'],
    ['FAILED' as const, 'failed'],
    ['GONE' as const, 'is no longer known'],
  ])('is blocked by a lease whose execution is %s, and says what takes it over', (state, words) => {
    const status = aStatus({ record: aServingRecord({ lease: aLease() }) });
    expect(first(status, [[executionOf(2), state]])).toMatchObject({
      status: 'blocked',
      found: expect.stringContaining(`by execution 'e-2', which ${words}`),
      remedy: expect.stringContaining('kiln rollback hello --env prod'),
    });
  });

  test('explains a rollout that holds, with figures and what happens next', () => {
    const record = aServingRecord({
      lease: aLease(),
      progress: someProgress({ deadline: minutesAgo(-8) }),
    });
    expect(first(aStatus({ record }), [[executionOf(2), 'RUNNING']])).toMatchObject({
      status: 'note',
      found: expect.stringMatching(
        /2\.0\.0 holds at 10 %: 17 of 95 requests .* until .*, then it rolls back/,
      ),
    });
  });

  test('explains who waits in the queue, and that a stopped one gives way', () => {
    const waiting = { ...order, executionArn: executionOf(2), since: minutesAgo(3) };
    const status = aStatus({ record: aServingRecord({ waiting }) });
    expect(first(status, [[executionOf(2), 'RUNNING']])?.found).toBe(`${releaseIdOf(2)} waits for 3m`);
    expect(first(status, [[executionOf(2), 'ABORTED']])?.found).toContain('was stopped: it gives way');
  });

  test('says who may give an approval that is pending, since when and until when', () => {
    const pendingApproval = { ...order, approvalId: 'a' };
    const rule = { approvers: 2, users: ['U1'], requesterMayApprove: false, expiryMinutes: 60 };
    const status = aStatus({
      record: aServingRecord({ pendingApproval }),
      approval: anApproval({ rule }),
    });
    const [finding] = explain(status, [[executionOf(2), 'RUNNING']]);
    expect(finding?.found).toMatch(
      /2\.0\.0 awaits 2 approvals for 5m, until .*; may decide: U1, but not who/,
    );
    expect(finding).toMatchObject({ status: 'note', remedy: expect.stringContaining('kiln approve hello') });
    expect(explain(status, [[executionOf(2), 'ABORTED']])[0]).toMatchObject({
      status: 'blocked',
      remedy: expect.stringContaining('kiln promote hello --env prod --version 2.0.0'),
    });
  });

  test('says that an environment is off, and does not miss its machines', () => {
    const off = { since: minutesAgo(120), by: 'schedule', capacity: { min: 2, desired: 2, max: 4 } };
    const shares = [aShare(1, 100, { healthy: 0, targets: 0 })];
    expect(explain(aStatus({ record: aServingRecord({ off }), shares }))).toEqual([
      {
        check: 'hello in prod',
        status: 'note',
        found: 'switched off 2h ago by schedule',
        remedy: 'kiln env on prod',
      },
    ]);
  });

  test.each([
    ['weights outside a rollout', [aShare(1, 70), aShare(2, 30, { role: 'unknown' })], undefined],
    ['a foreign target group during one', [aShare(1, 90), aShare(3, 10, { role: 'unknown' })], aLease()],
    ['no target group of its own', [aShare(3, 100, { role: 'unknown' })], undefined],
  ] as const)('R14 somebody else changed the rule: %s', (_what, shares, lease) => {
    const record = aServingRecord(lease === undefined ? {} : { lease });
    const findings = explain(aStatus({ record, shares }), [[executionOf(2), 'RUNNING']]);
    expect(findings).toContainEqual(
      expect.objectContaining({
        status: 'blocked',
        found: expect.stringContaining("changed rule 'arn:rule'"),
      }),
    );
  });

  test('takes any split between blue and green during a rollout for right', () => {
    const record = aServingRecord({ lease: aLease(), progress: someProgress() });
    const shares = [aShare(1, 50), aShare(2, 50)];
    const findings = explain(aStatus({ record, shares }), [[executionOf(2), 'RUNNING']]);
    expect(findings.filter(({ status }) => status === 'blocked')).toEqual([]);
  });

  test('is blocked where the rule is gone, and where no target is healthy', () => {
    const { shares: _none, ...ruleless } = aStatus();
    expect(first(ruleless)).toMatchObject({ status: 'blocked', found: expect.stringContaining('is gone') });
    expect(first(aStatus({ shares: [aShare(1, 100, { healthy: 0 })] }))).toMatchObject({
      status: 'blocked',
      found: '1.0.0 has 100 %, 0 of 2 targets healthy',
    });
  });

  test('has nothing to say of an app that never served', () => {
    const { shares: _none, ...status } = aStatus({ record: { app: 'a', environment: 'dev', updatedAt: '' } });
    expect(explain(status)).toEqual([]);
  });
});
