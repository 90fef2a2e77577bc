import { describe, expect, test } from '@jest/globals';
import { choosePromotion } from '#cli/rollouts/choose-promotion';
import type { PromotionFacts } from '#cli/rollouts/choose-promotion';
import type { EnvironmentRecord } from '#pipeline/model';
import {
  aLease,
  anEnvironment,
  aServingDeployment,
  aServingRecord,
  aTestedRelease,
  minutesAgo,
  releaseIdOf,
} from '#test/helpers/cli-fixtures';

const NAMES = ['dev', 'stage', 'prod'];

/** What serves in dev, stage and prod, by number of the release; 0 is nothing. */
const factsOf = (
  serving: readonly number[],
  more: Readonly<Record<string, Partial<EnvironmentRecord>>> = {},
): PromotionFacts => ({
  app: 'hello',
  environments: NAMES.map((name) => anEnvironment(name)),
  records: new Map(
    NAMES.flatMap((environment, index) => {
      const n = serving[index] ?? 0;
      if (n === 0) return [];
      const record = aServingRecord({ environment, current: aServingDeployment(n), ...more[environment] });
      return [[environment, record]];
    }),
  ),
  releases: [3, 2, 1].map((n) => aTestedRelease(n)),
});

const promotion = (environment: string, n: number): object => ({
  environment,
  releaseId: releaseIdOf(n),
  version: `${n}.0.0`,
});

describe('choosePromotion', () => {
  test.each([
    ['an app that is only in the first', [2, 0, 0], promotion('stage', 2)],
    ['a newer release in the first', [2, 1, 1], promotion('stage', 2)],
    ['a release that went one further', [2, 2, 1], promotion('prod', 2)],
    ['several that are under way', [3, 2, 1], promotion('stage', 3)],
  ])('takes what serves first into the next environment without it: %s', (_what, serving, expected) => {
    expect(choosePromotion(factsOf(serving), {})).toEqual(expected);
  });

  test('takes what serves before a named environment', () => {
    expect(choosePromotion(factsOf([3, 2, 1]), { environment: 'prod' })).toEqual(promotion('prod', 2));
  });

  test('takes a named version, the newest tested drop of it', () => {
    const facts = factsOf([3, 2, 1]);
    const untested = { ...aTestedRelease(2, { releaseId: 'hello-2b', status: 'rejected' }) };
    const { evidence: _none, ...rejected } = untested;
    const releases = [rejected, ...facts.releases];
    expect(choosePromotion({ ...facts, releases }, { version: '2.0.0', environment: 'prod' })).toEqual(
      promotion('prod', 2),
    );
    expect(() => choosePromotion({ ...facts, releases: [rejected] }, { version: '2.0.0' })).toThrow(
      'is rejected and was never smoke-tested',
    );
  });

  test.each([
    [[0, 0, 0], {}, "nothing of 'hello' serves in 'dev'"],
    [[1, 1, 1], {}, 'hello 1.0.0 serves in every environment already'],
    [[2, 1, 1], { environment: 'dev' }, "no environment comes before 'dev'"],
    [[2, 0, 0], { environment: 'prod' }, "nothing of 'hello' serves in 'stage'"],
    [[2, 1, 1], { environment: 'qa' }, "there is no environment 'qa', only: dev, stage, prod"],
    [[2, 1, 1], { environment: 'qa', version: '2.0.0' }, "there is no environment 'qa'"],
    [[2, 1, 1], { version: '9.0.0' }, "there is no release 9.0.0 of 'hello'"],
  ])('refuses with the reason: %j %j', (serving, wanted, message) => {
    expect(() => choosePromotion(factsOf(serving), wanted)).toThrow(message);
  });

  test('refuses what awaits approval already, and says how to give it', () => {
    const pendingApproval = {
      approvalId: 'a',
      releaseId: releaseIdOf(2),
      droppedAt: minutesAgo(1),
      key: 'apps/hello/2.0.0.zip',
    };
    expect(() => choosePromotion(factsOf([2, 1, 1], { stage: { pendingApproval } }), {})).toThrow(
      expect.objectContaining({ suggestion: 'kiln approve hello --env stage' }),
    );
  });

  test('refuses what is being rolled out already', () => {
    expect(() => choosePromotion(factsOf([2, 1, 1], { stage: { lease: aLease() } }), {})).toThrow(
      "hello 2.0.0 is being rolled out in 'stage' already",
    );
  });
});
