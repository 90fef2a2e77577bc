import { describe, expect, test } from '@jest/globals';
import { clockTime } from '#cli/clock-time';
import { renderStatus } from '#cli/rollouts/render-status';
import {
  aLease,
  anApproval,
  aServingDeployment,
  aServingRecord,
  aShare,
  aStatus,
  minutesAgo,
  NOW,
  releaseIdOf,
  someProgress,
} from '#test/helpers/cli-fixtures';

const linesOf = (status = aStatus()): string[] =>
  renderStatus(status, NOW)
    .split('\n')
    .map((line) => line.trim().replaceAll(/ {2,}/g, '  '));

describe('renderStatus', () => {
  test('says who serves, with the health of the machines', () => {
    expect(linesOf()).toEqual(['hello in prod, http://prod', 'serves  1.0.0 100 % (2 of 2 healthy)']);
  });

  test('says at which step a rollout is, what it waits for and until when', () => {
    const deadline = minutesAgo(-8);
    const record = aServingRecord({ lease: aLease(), progress: someProgress({ deadline }) });
    expect(linesOf(aStatus({ record, shares: [aShare(1, 90), aShare(2, 10)] }))).toEqual([
      'hello in prod, http://prod',
      'serves  1.0.0 90 % (2 of 2 healthy), 2.0.0 10 % (2 of 2 healthy)',
      'rollout  2.0.0, step 1 of 3 (10 → 50 → 100 %), for 4m',
      `holding  17 of 95 requests on green; rolls back if not decided by ${clockTime(deadline, NOW)}`,
    ]);
  });

  test('says how many requests a step lacks, and how to send them', () => {
    const record = aServingRecord({ lease: aLease(), progress: someProgress({ missingRequests: 78 }) });
    expect(linesOf(aStatus({ record, url: 'http://127.0.0.1:8081' })).at(-1)).toBe(
      'needs  2.0.0 is judged on real requests: it needs about 780 more to http://127.0.0.1:8081, of which 10 % go to 2.0.0: for i in $(seq 780); do curl -so /dev/null http://127.0.0.1:8081; done; or take it back: kiln rollback hello --env prod',
    );
  });

  test('says that recycling or chaos is at work, and that it makes way', () => {
    const lease = aLease({ trigger: 'recycling' });
    expect(linesOf(aStatus({ record: aServingRecord({ lease }) })).at(-1)).toBe('recycling  for 4m');
    const asked = { ...lease, abort: { by: 'arn:rollout', at: minutesAgo(1) } };
    expect(linesOf(aStatus({ record: aServingRecord({ lease: asked }) })).at(-1)).toBe(
      'recycling  for 4m; makes way for a rollout',
    );
  });

  test('says no deadline of what is being undone', () => {
    const progress = someProgress({ phase: 'rolling-back', note: 'undone by ann', deadline: minutesAgo(-8) });
    const record = aServingRecord({ lease: aLease(), progress });
    expect(linesOf(aStatus({ record })).at(-1)).toBe('rolling-back  undone by ann');
  });

  test('says that a rollout is to be undone, and by whom', () => {
    const lease = aLease({ abort: { by: 'arn:ben', at: minutesAgo(1) } });
    expect(linesOf(aStatus({ record: aServingRecord({ lease }) })).at(-1)).toBe(
      `rollout  ${releaseIdOf(2)}, drop, for 4m, to be undone as arn:ben wants`,
    );
  });

  test('says what waits, for whom, and what is kept or leaves', () => {
    const order = { releaseId: releaseIdOf(2), droppedAt: minutesAgo(9), key: 'apps/hello/2.0.0.zip' };
    const until = minutesAgo(-15);
    const record = aServingRecord({
      waiting: { ...order, executionArn: 'arn:e', since: minutesAgo(2) },
      pendingApproval: { ...order, approvalId: 'a' },
      warm: { deployment: aServingDeployment(3), until },
      retiring: [{ releaseId: 'hello-0', configurationDigest: 'c0' }],
    });
    expect(linesOf(aStatus({ record, approval: anApproval() })).slice(2)).toEqual([
      `waiting  ${releaseIdOf(2)}, for 2m`,
      'approval  2.0.0 awaits it, asked 5m ago: kiln approve hello --env prod',
      `way back  3.0.0 can take over at once until ${clockTime(until, NOW)}: kiln rollback hello --env prod`,
      'leaving  hello-0',
    ]);
  });

  test.each([
    [aStatus({ record: { app: 'hello', environment: 'prod', updatedAt: '' } }), 'nothing yet'],
    [aStatus(), 'nothing: the rule of 1.0.0 is gone'],
  ])('says that nothing serves, and why', ({ shares: _none, ...status }, text) => {
    expect(linesOf(status)).toContain(`serves  ${text}`);
  });

  test('says that the environment is off', () => {
    const off = { since: minutesAgo(120), by: 'schedule', capacity: { min: 2, desired: 2, max: 4 } };
    expect(linesOf(aStatus({ record: aServingRecord({ off }) })).slice(1)).toEqual([
      'serves  nothing: the environment is off',
      'off  for 2h, by schedule: kiln env on prod',
    ]);
  });
});
