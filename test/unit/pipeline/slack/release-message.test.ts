import { describe, expect, test } from '@jest/globals';
import type { RolloutProgress } from '#pipeline/rollout/rollout-progress';
import { releaseMessage } from '#pipeline/slack/release-message';
import { aReleaseRecord, anEnvironmentRecord } from '#test/helpers/slack-fixtures';

const at = '2026-01-01T00:10:00Z';
const textOf = (...parameters: Parameters<typeof releaseMessage>): string =>
  JSON.stringify(releaseMessage(...parameters));
const { releaseId } = aReleaseRecord();
const progress: RolloutProgress = {
  releaseId,
  version: '2.0.0',
  phase: 'judging',
  step: 0,
  steps: [10, 50, 100],
  weight: 10,
  note: '17 of 95 requests on green',
  at,
};

describe('the message of a release', () => {
  test('says where it comes from and how far it is', () => {
    const text = textOf(
      aReleaseRecord({ status: 'baked', source: { commit: 'c0ffee', author: 'Jane' } }),
      [],
    );
    expect(text).toContain('hello 2.0.0');
    expect(text).toContain('baked');
    expect(text).toContain('`c0ffee` by Jane');
  });

  test('has a line for every environment it came to, in their order', () => {
    const release = aReleaseRecord({
      status: 'rolling-out',
      environments: {
        prod: { status: 'rolling-out', at },
        dev: { status: 'live', at },
      },
    });
    const text = textOf(release, [
      { name: 'dev' },
      { name: 'staging' },
      { name: 'prod', record: anEnvironmentRecord({ progress }) },
    ]);
    expect(text).toMatch(/\*dev\*: live.*\*prod\*: rolling out/);
    expect(text).not.toContain('staging');
    expect(text).toContain('judging: 10 % of the traffic (step 1 of 3)');
    expect(text).toContain('17 of 95 requests on green');
  });

  test("shows no other release's progress", () => {
    const release = aReleaseRecord({ environments: { prod: { status: 'replaced', at } } });
    const record = anEnvironmentRecord({ progress: { ...progress, releaseId: 'hello-3' } });
    expect(textOf(release, [{ name: 'prod', record }])).not.toContain('judging');
  });

  test('says what it waits for', () => {
    const waiting = { releaseId, droppedAt: at, key: 'apps/hello/2.0.0.zip', executionArn: 'arn', since: at };
    const lease = {
      releaseId: 'hello-1.9.0',
      configurationDigest: '0',
      executionArn: 'arn',
      since: at,
      trigger: 'drop' as const,
    };
    const record = anEnvironmentRecord({ waiting, lease });
    expect(textOf(aReleaseRecord(), [{ name: 'prod', record }])).toContain(
      'waits for the rollout of hello-1.9.0',
    );
  });

  test('says why it failed, in one escaped line', () => {
    const release = aReleaseRecord({
      status: 'rejected',
      reason: 'SmokeTestFailed',
      message: 'GET /health answered <503>\nconsole: secret',
      environments: { dev: { status: 'rolled-back', at, reason: 'JudgeFailed', message: 'errors & more' } },
    });
    const text = textOf(release, [{ name: 'dev' }]);
    expect(text).toContain('SmokeTestFailed: GET /health answered &lt;503&gt;');
    expect(text).not.toContain('console: secret');
    expect(text).toContain('JudgeFailed: errors &amp; more');
  });

  test('follows from the documents alone', () => {
    const release = aReleaseRecord({ environments: { dev: { status: 'live', at } } });
    expect(textOf(release, [{ name: 'dev' }])).toBe(textOf(structuredClone(release), [{ name: 'dev' }]));
  });
});
