import { expect, test } from '@jest/globals';
import { checkHistory } from '#test/invariants/check-history';
import type { HistoryEntry } from '#test/invariants/history';
import type { InvariantId } from '#test/invariants/invariant';
import { kill, launched, lease, replaced, weights } from './facts.ts';
import type { Story } from './story.ts';
import { tell, web } from './story.ts';

const replacing = (...retire: readonly string[]): Story =>
  tell()
    .blue()
    .say(lease('y1', 'recycling'), {
      fact: 'replacement.started',
      ...web,
      execution: 'y1',
      group: 'blue',
      retire,
    });

const cases: readonly (readonly [InvariantId, string, () => readonly HistoryEntry[]])[] = [
  [
    'I1',
    'a machine is retired before its replacement serves',
    () => replacing('i-1').retire('i-1', 'recycling').end(),
  ],
  [
    'I1',
    'a shift leaves too few machines',
    () => {
      const story = tell()
        .blue()
        .say({ fact: 'group.desired', ...web, group: 'green', desired: 2, cause: 'rollout' });
      return story
        .serve('green', 'i-5', 'i-6')
        .say(weights({ green: 100 }))
        .end();
    },
  ],
  [
    'I1',
    'chaos kills without budget',
    () =>
      tell()
        .blue()
        .say(lease('c', 'chaos'), kill('i-1'), { fact: 'machine.terminated', machine: 'i-1', cause: 'chaos' })
        .end(false),
  ],
  [
    'I4',
    'a machine is ended without being deregistered',
    () => tell().blue().say({ fact: 'machine.terminated', machine: 'i-1', cause: 'clean-up' }).end(),
  ],
  [
    'I4',
    'a machine is ended before it has drained',
    () =>
      tell()
        .blue()
        .say({ fact: 'machine.deregistered', machine: 'i-1', cause: 'clean-up' })
        .pass(29)
        .say({ fact: 'machine.terminated', machine: 'i-1', cause: 'clean-up' })
        .end(),
  ],
  [
    'I4',
    'a request fails by a rollout',
    () =>
      tell()
        .blue()
        .say({ fact: 'requests.failed', ...web, count: 1, cause: 'rollout' })
        .end(),
  ],
  [
    'I12',
    'a machine grows too old',
    () => tell().blue().policy({ maximumUptimeSeconds: 3600 }).pass(5401).end(),
  ],
  [
    'I12',
    'a machine grows too old after what held it up was over',
    () =>
      tell()
        .blue()
        .policy({ maximumUptimeSeconds: 3600 })
        .pass(3600)
        .say({ fact: 'recycling.excused', ...web, group: 'blue', reason: 'an alarm' })
        .pass(600)
        .say({ fact: 'recycling.resumed', ...web, group: 'blue' })
        .pass(1801)
        .end(),
  ],
  ['I12', 'two of four machines are replaced at once', () => replacing('i-1', 'i-2').end(false)],
  [
    'I12',
    'a zone is two machines ahead of another while they are replaced',
    () =>
      tell()
        .blue()
        .policy({ replacementsPerGroup: 2 })
        .say({
          fact: 'replacement.started',
          ...web,
          execution: 'y1',
          group: 'blue',
          retire: ['i-1', 'i-3'],
        })
        .end(false),
  ],
  [
    'I12',
    'the replacement has another release',
    () =>
      replacing('i-1')
        .say(launched('i-5', { release: 'r2' }))
        .end(false),
  ],
  [
    'I12',
    'the replacements stand in one zone',
    () =>
      replacing('i-1')
        .say(launched('i-5', { zone: 'b' }), { fact: 'machine.healthy', machine: 'i-5' })
        .retire('i-1', 'recycling')
        .say(replaced)
        .end(),
  ],
  [
    'I12',
    'a machine is retired that nobody planned to',
    () =>
      replacing('i-1')
        .say(launched('i-5'), { fact: 'machine.healthy', machine: 'i-5' })
        .retire('i-3', 'recycling')
        .end(),
  ],
  ['I12', 'a machine is launched by no replacement', () => tell().blue().say(launched('i-5')).end(false)],
  [
    'I13',
    'chaos kills on a leash',
    () =>
      tell()
        .blue()
        .policy({ chaos: { leashed: true, minimumGapHours: 20 } })
        .say(kill('i-1'))
        .end(),
  ],
  [
    'I13',
    'chaos kills twice a day',
    () =>
      tell()
        .blue()
        .policy({ chaos: { leashed: false, minimumGapHours: 0 } })
        .say(kill('i-1'), kill('i-2'))
        .end(),
  ],
  [
    'I13',
    'chaos kills before the gap is over',
    () =>
      tell()
        .blue()
        .say(kill('i-1'))
        .pass(19 * 3600)
        .say(kill('i-2', { day: '2026-01-06' }))
        .end(),
  ],
  [
    'I13',
    'chaos kills without a record',
    () =>
      tell()
        .blue()
        .say(lease('c'), { fact: 'kill.done', ...web, kill: 'k', machine: 'i-1' })
        .end(),
  ],
  [
    'I13',
    'chaos kills during an alarm',
    () =>
      tell()
        .blue()
        .say({ fact: 'hold', environment: 'prod', on: true, reason: 'alarm' })
        .pass(61)
        .say(kill('i-1'))
        .end(),
  ],
  [
    'I13',
    'a drill kills while a machine is missing',
    () =>
      tell()
        .blue()
        .say({ fact: 'machine.unhealthy', machine: 'i-2', cause: 'external' })
        .pass(61)
        .say(kill('i-1', { trigger: 'drill' }))
        .end(),
  ],
  [
    'budget',
    'two take more than there is',
    () =>
      tell()
        .say({ fact: 'budget.taken', ...web, owner: 'y1', machines: 1, allowed: 1 })
        .say({ fact: 'budget.taken', ...web, owner: 'c1', machines: 1, allowed: 1 })
        .end(),
  ],
];

test.each(cases)('%s is broken when %s', (invariant, _, history) => {
  const broken = checkHistory(history()).map((violation) => violation.invariant);
  expect(broken).toContain(invariant);
});
