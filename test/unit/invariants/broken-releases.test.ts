import { expect, test } from '@jest/globals';
import { checkHistory } from '#test/invariants/check-history';
import type { Fact, HistoryEntry } from '#test/invariants/history';
import type { InvariantId } from '#test/invariants/invariant';
import { decided, kill, lease, rollout, rolloutEnded, weights } from './facts.ts';
import type { Story } from './story.ts';
import { greenHalf, tell, web } from './story.ts';

const approvedRollout = (decision: Fact, execution: object = {}): Story =>
  tell()
    .blue()
    .policy({ needsApproval: true })
    .say(decision, lease('x2'), rollout('x2', { approval: 'a1', planDigest: 'p1', ...execution }));

const drop: Fact = { fact: 'drop', object: 'o', app: 'web', order: 1, withinSeconds: 60 };
const begun: Fact = { fact: 'release.started', object: 'o', release: 'r1', app: 'web' };
const ended: Fact = { fact: 'release.ended', object: 'o', release: 'r1', status: 'live' };
const begunExecution: Fact = { fact: 'execution.started', execution: 'x', deadlineSeconds: 60 };
const created: Fact = { fact: 'resource.created', resource: 'lt/1' };

const cases: readonly (readonly [InvariantId, string, () => readonly HistoryEntry[]])[] = [
  [
    'I2',
    'weight goes to a group without healthy machines',
    () =>
      tell()
        .blue()
        .say(weights({ blue: 90, green: 10 }))
        .end(),
  ],
  [
    'I2',
    'weight goes to a group that lost a machine a minute ago',
    () =>
      greenHalf()
        .say({ fact: 'machine.terminated', machine: 'i-8', cause: 'external' })
        .pass(60)
        .say(weights({ blue: 0, green: 100 }))
        .end(false),
  ],
  [
    'I3',
    'a weight is larger than 999',
    () =>
      tell()
        .blue()
        .say(weights({ blue: 1000 }))
        .end(),
  ],
  [
    'I3',
    'a weight is negative',
    () =>
      tell()
        .blue()
        .say(weights({ blue: 100, green: -1 }))
        .end(),
  ],
  [
    'I3',
    'all weights are 0',
    () =>
      tell()
        .blue()
        .say(weights({ blue: 0 }))
        .end(),
  ],
  [
    'I3',
    'six groups are in one rule',
    () =>
      tell()
        .blue()
        .say(weights({ blue: 1, b: 0, c: 0, d: 0, e: 0, f: 0 }))
        .end(),
  ],
  [
    'I3',
    'a step begins though the weights were not read back',
    () =>
      tell()
        .blue()
        .say(weights({ blue: 99 }), { fact: 'rollout.step', ...web, execution: 'x', step: 1 })
        .end(),
  ],
  [
    'I3',
    'a step begins though the balancer has other weights',
    () =>
      tell()
        .blue()
        .say(weights({ blue: 99 }), { fact: 'weights.read', ...web, weights: { blue: 98 } })
        .say({ fact: 'rollout.step', ...web, execution: 'x', step: 1 })
        .end(),
  ],
  ['I6', 'a lease is taken that another has', () => tell().say(lease('x1'), lease('x2')).end()],
  [
    'I6',
    'two rollouts are under way',
    () =>
      tell()
        .blue()
        .say(
          lease('x1'),
          rollout('x1'),
          { fact: 'lease.ended', ...web, owner: 'x1' },
          lease('x2'),
          rollout('x2'),
        )
        .end(false),
  ],
  ['I6', 'a rollout begins without the lease', () => tell().blue().say(rollout('x1')).end(false)],
  [
    'I6',
    'machines are replaced without the lease',
    () =>
      tell()
        .blue()
        .say({ fact: 'replacement.started', ...web, execution: 'y1', group: 'blue', retire: ['i-1'] })
        .end(),
  ],
  [
    'I6',
    'chaos kills without the lease',
    () =>
      tell()
        .blue()
        .say(kill('i-1'), { fact: 'kill.done', ...web, kill: 'k', machine: 'i-1' })
        .end(),
  ],
  [
    'I6',
    'one approval lets in two releases',
    () =>
      tell()
        .blue()
        .say(lease('x1'), rollout('x1', { approval: 'a1' }), rolloutEnded('x1', 'live'))
        .say({ fact: 'lease.ended', ...web, owner: 'x1' }, lease('x2'))
        .say(rollout('x2', { approval: 'a1' }), rolloutEnded('x2', 'live'))
        .end(),
  ],
  ['I7', 'a drop comes to no end', () => tell().say(drop, begun).end()],
  ['I7', 'a drop takes too long', () => tell().say(drop, begun).pass(61).say(ended).end()],
  [
    'I7',
    'a drop becomes two releases',
    () =>
      tell()
        .say(drop, begun, { ...begun, release: 'r1b' }, ended)
        .end(),
  ],
  [
    'I7',
    'a drop that failed is live after all',
    () =>
      tell()
        .say(drop, begun, { ...ended, status: 'failed' }, ended)
        .end(),
  ],
  ['I7', 'a release comes of no drop', () => tell().say(begun).end()],
  [
    'I8',
    'an older drop becomes live by itself',
    () =>
      tell()
        .blue()
        .say(lease('x2'), rollout('x2'), rolloutEnded('x2', 'live'))
        .say({ fact: 'lease.ended', ...web, owner: 'x2' }, lease('x1'))
        .say(rollout('x1', { order: 1 }), rolloutEnded('x1', 'live'))
        .end(),
  ],
  [
    'I9',
    'a rollout begins without approval',
    () => tell().blue().policy({ needsApproval: true }).say(lease('x2'), rollout('x2')).end(false),
  ],
  ['I9', 'a rollout begins before anybody approved', () => approvedRollout(begunExecution).end(false)],
  ['I9', 'the author approves with four eyes on', () => approvedRollout(decided({ user: 'bob' })).end(false)],
  ['I9', 'somebody approves who may not', () => approvedRollout(decided({ user: 'eve' })).end(false)],
  [
    'I9',
    'the plan is another than the one that was approved',
    () => approvedRollout(decided({ planDigest: 'p0' })).end(false),
  ],
  [
    'I9',
    'the release is another than the one that was approved',
    () => approvedRollout(decided({ release: 'r0' })).end(false),
  ],
  ['I9', 'a rejected rollout begins', () => approvedRollout(decided({ decision: 'reject' })).end(false)],
  [
    'I9',
    'an approval is used twice',
    () =>
      approvedRollout(decided())
        .say(rollout('x3', { approval: 'a1', planDigest: 'p1' }))
        .end(false),
  ],
  [
    'I9',
    'an approval is used after it was closed',
    () =>
      tell()
        .blue()
        .say(decided(), { fact: 'approval.closed', ...web, approval: 'a1', reason: 'timeout' }, lease('x2'))
        .say(rollout('x2', { approval: 'a1', planDigest: 'p1' }))
        .end(false),
  ],
  ['I10', 'a resource is left', () => tell().say(created).end()],
  [
    'I10',
    'a resource is named by nothing for too long',
    () =>
      tell().say(created).pass(1801).say({ fact: 'resource.referenced', resource: 'lt/1', by: 'd' }).end(),
  ],
  [
    'I10',
    'a resource is deleted that a document names',
    () =>
      tell()
        .say(created, { fact: 'resource.referenced', resource: 'lt/1', by: 'd' })
        .say({ fact: 'resource.deleted', resource: 'lt/1', byKiln: true })
        .end(),
  ],
  ['I10', 'a machine too many is left', () => tell().blue().serve('blue', 'i-5').end()],
  [
    'I10',
    'a machine is left of a group that is gone',
    () =>
      tell()
        .blue()
        .say({ fact: 'group.gone', ...web, group: 'blue' })
        .end(),
  ],
  [
    'I11',
    "somebody else's resource is deleted",
    () =>
      tell()
        .say({ ...created, foreign: true }, { fact: 'resource.deleted', resource: 'lt/1', byKiln: true })
        .end(),
  ],
  [
    'I14',
    'a rollout that failed keeps its traffic',
    () =>
      tell()
        .blue()
        .say(lease('x2'), rollout('x2'), weights({ blue: 90, green: 10 }), rolloutEnded('x2', 'failed'))
        .end(),
  ],
  [
    'I14',
    'a group whose rollout failed stays',
    () =>
      tell()
        .blue()
        .say(lease('x2'), rollout('x2'), {
          fact: 'group.desired',
          ...web,
          group: 'green',
          desired: 0,
          cause: 'rollout',
        })
        .say(rolloutEnded('x2', 'failed'))
        .end(),
  ],
  ['I15', 'an execution never ends', () => tell().say(begunExecution).end()],
  [
    'I15',
    'an execution ends after its time',
    () =>
      tell()
        .say(begunExecution)
        .pass(121)
        .say({ fact: 'execution.ended', execution: 'x', status: 'FAILED' })
        .end(),
  ],
];

test.each(cases)('%s is broken when %s', (invariant, _, history) => {
  const broken = checkHistory(history()).map((violation) => violation.invariant);
  expect(broken).toContain(invariant);
});
