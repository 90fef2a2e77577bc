import { expect, test } from '@jest/globals';
import { planRecyclingNow } from '#pipeline/recycle/plan-recycling';
import { largeFleet } from '#test/helpers/large-fleet';

test('2.5: 100,000 machines in 500 groups are planned with at most 0.02 calls a machine and 200 KB of output', async () => {
  const fleet = largeFleet();
  const plan = await planRecyclingNow({}, fleet.deps);
  const all = [...fleet.calls.values()].reduce((sum, count) => sum + count, 0);
  expect(all / fleet.machines).toBeLessThanOrEqual(0.02);
  const planned = plan.replacements.reduce((sum, { retire }) => sum + retire.length, 0);
  expect(planned).toBeGreaterThan(100);
  expect(fleet.kept()).toBeGreaterThan(8000);
  expect(planned).toBeLessThanOrEqual(600);
  expect(JSON.stringify(plan).length).toBeLessThan(200_100);
  expect(new Set(plan.replacements.map(({ name }) => name)).size).toBe(plan.replacements.length);
});
