import { describe, expect, test } from '@jest/globals';
import { createBalancedTarget } from '#localcloud/load-balancer/balanced-target';
import type { BalancedTarget, TargetStanding } from '#localcloud/load-balancer/balanced-target';
import { createTargetPool } from '#localcloud/load-balancer/target-pool';
import type { TargetPool } from '#localcloud/load-balancer/target-pool';

const aPool = (standings: Record<string, TargetStanding>): TargetPool => {
  const pool = createTargetPool('arn', () => 0);
  for (const [key, standing] of Object.entries(standings)) {
    const target = createBalancedTarget(key, () => Promise.resolve(undefined));
    target.standing = standing;
    pool.targets.set(key, target);
  }
  return pool;
};

const picks = (pool: TargetPool, count: number): string =>
  Array.from({ length: count }, () => pool.pick()?.key ?? '-').join('');

describe('a target pool', () => {
  test('takes turns among healthy targets', () => {
    expect(picks(aPool({ a: 'healthy', b: 'healthy', c: 'unhealthy' }), 4)).toBe('baba');
  });

  test('fails open to unhealthy targets, never to initial, draining or unused ones', () => {
    expect(picks(aPool({ a: 'initial', b: 'draining', c: 'unhealthy', d: 'unused' }), 2)).toBe('cc');
    expect(picks(aPool({ a: 'initial', b: 'draining', d: 'unused' }), 1)).toBe('-');
  });

  test('prefers the target with the fewest requests under way when told to', () => {
    const pool = aPool({ a: 'healthy', b: 'healthy' });
    pool.algorithm = 'least_outstanding_requests';
    pool.targets.get('a')?.exchanges.add({ cut: () => undefined });
    expect(picks(pool, 3)).toBe('bbb');
  });

  test('leaves out the targets that refused', () => {
    const pool = aPool({ a: 'healthy', b: 'healthy' });
    const refused = new Set([...pool.targets.values()].slice(0, 1)) as ReadonlySet<BalancedTarget>;
    expect(pool.pick(refused)?.key).toBe('b');
  });
});
