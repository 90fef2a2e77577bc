import { expect, test } from '@jest/globals';
import { createSteeredClock } from '#test/helpers/steered-clock';

const startAt = Date.parse('2026-03-01T00:00:00Z');

test('what waits rings in the order of its time, and a wall clock that is set does not matter to it', async () => {
  const clock = createSteeredClock(startAt);
  const rung: string[] = [];
  void clock.delay(2000).then(() => rung.push('second'));
  void clock.delay(1000).then(() => rung.push('first'));
  clock.jump(-3600);
  await clock.advance(1999);
  expect(rung).toEqual(['first']);
  await clock.advance(1);
  expect([rung, clock.now()]).toEqual([['first', 'second'], startAt - 3_598_000]);
});

test('a frozen wall clock stands while time passes, and goes on from where it stood', async () => {
  const clock = createSteeredClock(startAt);
  clock.freeze(true);
  const seen = clock.seenBy();
  await clock.advance(5000);
  expect([clock.now(), seen.monotonic()]).toEqual([startAt, 5000]);
  clock.freeze(false);
  await clock.advance(1000);
  expect(clock.now()).toBe(startAt + 1000);
});

test('a component with a skew sees its own wall clock and the same passing of time', async () => {
  const clock = createSteeredClock(startAt);
  const ahead = clock.seenBy({ skewSeconds: 86_400 });
  await clock.advance(1000);
  expect([ahead.now().getTime() - clock.now(), ahead.monotonic()]).toEqual([86_400_000, 1000]);
});
