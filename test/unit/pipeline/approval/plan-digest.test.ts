import { describe, expect, test } from '@jest/globals';
import { planDigest } from '#pipeline/approval/plan-digest';
import { aRule, aServing } from '#test/helpers/approval-world';

const plan = {
  release: { releaseId: 'hello-2' },
  image: { digest: 'sha256:2' },
  configuration: { digest: 'c' },
};
const prod = { name: 'prod', approval: aRule };

describe('planDigest', () => {
  test('is 16 hex digits that do not depend on the order of members', () => {
    const { approvers, users, ...rest } = aRule;
    const digest = planDigest(plan, prod, aServing(1));
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(planDigest(plan, { approval: { ...rest, users, approvers }, name: 'prod' }, aServing(1))).toBe(
      digest,
    );
  });

  test.each([
    ['release', { ...plan, release: { releaseId: 'hello-3' } }, prod, aServing(1)],
    ['image', { ...plan, image: { digest: 'sha256:3' } }, prod, aServing(1)],
    ['configuration', { ...plan, configuration: { digest: 'd' } }, prod, aServing(1)],
    ['approval rule', plan, { ...prod, approval: { ...aRule, users: ['ann'] } }, aServing(1)],
    ['environment', plan, { ...prod, name: 'stage' }, aServing(1)],
    ['release that serves', plan, prod, aServing(3)],
    ['configuration that serves', plan, prod, aServing(1, { GREETING: 'hi' })],
    ['fact that nothing serves', plan, prod, undefined],
  ])('A08: another %s is another plan', (_what, other, environment, serving) => {
    expect(planDigest(other, environment, serving)).not.toBe(planDigest(plan, prod, aServing(1)));
  });
});
