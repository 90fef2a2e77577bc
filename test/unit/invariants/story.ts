import type { Fact, HistoryEntry, PolicyFact } from '#test/invariants/history';
import { createHistoryWriter } from '#test/invariants/write-history';

const startAt = Date.parse('2026-01-05T12:00:00Z');

/** The one app of the stories, and how a fact about it begins. */
export const web = { environment: 'prod', app: 'web' } as const;

/** A history under construction: facts, and seconds that pass. */
export interface Story {
  say(...facts: readonly Fact[]): Story;
  pass(seconds: number): Story;
  policy(change?: Partial<PolicyFact>): Story;
  /** A machine of `group` from its launch until it serves. */
  serve(group: string, ...machines: readonly string[]): Story;
  /** Deregistered, drained for 30 seconds, terminated. */
  retire(machine: string, cause: 'recycling' | 'rollout' | 'clean-up'): Story;
  /** Blue: four machines in two zones with all of the traffic, in a day-old fleet of release r1. */
  blue(): Story;
  end(quiet?: boolean): readonly HistoryEntry[];
}

/** Which release a group of the stories runs: `blue` is r1, any other r2. */
const releaseOf = (group: string): string => (group === 'blue' ? 'r1' : 'r2');

/** Begins a story at noon of a Monday. */
export const tell = (): Story => {
  let now = startAt;
  const writer = createHistoryWriter(() => now);
  let machines = 0;
  const story: Story = {
    say: (...facts) => {
      for (const fact of facts) writer.state('test', fact);
      return story;
    },
    pass: (seconds) => {
      now += seconds * 1000;
      return story;
    },
    policy: (change = {}) =>
      story.say({
        fact: 'policy',
        environment: 'prod',
        graceSeconds: 1800,
        drainSeconds: 30,
        chaos: { leashed: false, minimumGapHours: 20 },
        ...change,
      }),
    serve: (group, ...names) => {
      for (const machine of names) {
        machines += 1;
        const zone = machines % 2 === 0 ? 'b' : 'a';
        const cause = 'rollout';
        story.say(
          { fact: 'machine.launched', ...web, machine, group, release: releaseOf(group), zone, cause },
          { fact: 'machine.healthy', machine },
        );
      }
      return story;
    },
    retire: (machine, cause) =>
      story
        .say({ fact: 'machine.deregistered', machine, cause })
        .pass(30)
        .say({ fact: 'machine.terminated', machine, cause }),
    blue: () =>
      story
        .policy()
        .say({ fact: 'group.desired', ...web, group: 'blue', desired: 4, cause: 'rollout' })
        .serve('blue', 'i-1', 'i-2', 'i-3', 'i-4')
        .say(
          { fact: 'weights.set', ...web, weights: { blue: 100 }, cause: 'rollout' },
          { fact: 'weights.read', ...web, weights: { blue: 100 } },
        ),
    end: (quiet = true) => {
      story.say({ fact: 'run.ended', quiet });
      return writer.entries;
    },
  };
  return story;
};

/** Green: four machines with half of the traffic, beside blue. */
export const greenHalf = (): Story =>
  tell()
    .blue()
    .say({ fact: 'group.desired', ...web, group: 'green', desired: 4, cause: 'rollout' })
    .serve('green', 'i-5', 'i-6', 'i-7', 'i-8')
    .say({ fact: 'weights.set', ...web, weights: { blue: 50, green: 50 }, cause: 'rollout' });
