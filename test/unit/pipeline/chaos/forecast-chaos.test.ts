import { describe, expect, test } from '@jest/globals';
import { forecastChaos } from '#pipeline/chaos/forecast-chaos';
import type { ChaosSubject } from '#pipeline/chaos/forecast-chaos';
import { killMachine } from '#pipeline/chaos/kill-machine';
import { planChaos } from '#pipeline/chaos/plan-chaos';
import { STACK } from '#test/helpers/pipeline-fixtures';
import { anyTime, chaosWorld } from '#test/helpers/chaos-world';

const machines = ['i-hello-0', 'i-hello-1', 'i-hello-2'].map((id) => ({
  instanceId: id as `i-${string}`,
  zone: 'a',
}));

const subject = (more: Partial<ChaosSubject> = {}): ChaosSubject => ({
  environment: 'dev',
  policy: anyTime({ minimumGapHours: 0 }),
  apps: [{ app: 'hello', machines }],
  done: [],
  ...more,
});

const range = { from: new Date('2026-02-02T00:00:00Z'), hours: 24 * 7, seed: STACK };

describe('the forecast', () => {
  test('is the same for the same seed, and another one for another', () => {
    const once = forecastChaos([subject()], range);
    expect(once).toHaveLength(7);
    expect(forecastChaos([subject()], range)).toEqual(once);
    expect(forecastChaos([subject()], { ...range, seed: 'another' })).not.toEqual(once);
  });

  test('comes true: the plan finds the kill in the forecast’s minute, and the victim is the one', async () => {
    const world = chaosWorld(anyTime({ minimumGapHours: 0 }));
    world.serve('hello', 3);
    const [first] = forecastChaos([subject()], range);
    world.setTime(new Date(Date.parse(first?.at ?? '') - 60_000).toISOString());
    expect((await planChaos(world.deps)).kills).toEqual([]);
    world.setTime(first?.at ?? '');
    const { kills } = await planChaos(world.deps);
    expect(kills).toMatchObject([{ killId: first?.killId }]);
    const request = { ...world.drill(), trigger: 'schedule' as const, killId: first?.killId ?? '' };
    await killMachine(request, world.deps);
    expect(world.terminated()).toEqual([first?.victim?.instanceId]);
  });

  test('leaves out what is off, done, out of its window, or does not take part', () => {
    const first = forecastChaos([subject()], range)[0]?.killId ?? '';
    expect(forecastChaos([subject({ policy: anyTime({ enabled: false }) })], range)).toEqual([]);
    expect(forecastChaos([subject({ policy: anyTime({ exceptApps: ['hello'] }) })], range)).toEqual([]);
    const weekend = anyTime({ weekdays: ['SAT', 'SUN'], minimumGapHours: 0 });
    expect(forecastChaos([subject({ policy: weekend })], range)).toHaveLength(2);
    expect(forecastChaos([subject({ done: [first] })], range)).toHaveLength(6);
  });

  test('keeps the minimum gap, to what was and to what it expects itself', () => {
    const policy = anyTime({ minimumGapHours: 60 });
    const kills = forecastChaos([subject({ policy })], range).map(({ at }) => Date.parse(at));
    expect(kills.length).toBeGreaterThan(1);
    kills.slice(1).forEach((at, n) => expect(at - (kills[n] ?? 0)).toBeGreaterThanOrEqual(60 * 3_600_000));
    const last = { app: 'hello', machines, lastKillAt: '2026-02-01T23:00:00Z' };
    const [next] = forecastChaos([subject({ policy, apps: [last] })], range);
    expect(Date.parse(next?.at ?? '')).toBeGreaterThanOrEqual(Date.parse('2026-02-04T11:00:00Z'));
  });

  test('says when it is on the environment’s clocks, and whether it is on the leash', () => {
    const policy = anyTime({ timeZone: 'Asia/Tokyo', leashed: true });
    const [first] = forecastChaos([subject({ policy })], range);
    const local = new Date(Date.parse(first?.at ?? '') + 9 * 3_600_000).toISOString();
    expect(first?.local).toBe(`${local.slice(0, 10)} ${local.slice(11, 16)}`);
    expect(first?.leashed).toBe(true);
  });
});
