import { describe, expect, test } from '@jest/globals';
import { checkHistory } from '#test/invariants/check-history';
import { decided, kill, launched, lease, replaced, rollout, weights } from './facts.ts';
import { greenHalf, tell, web } from './story.ts';

describe('a history in which everything went as it should breaks nothing', () => {
  test('a rollout that people approved', () => {
    const history = tell()
      .blue()
      .policy({ needsApproval: true })
      .say(
        { fact: 'drop', object: 'b/k/v2', app: 'web', order: 2, withinSeconds: 3600 },
        { fact: 'release.started', object: 'b/k/v2', release: 'r2', app: 'web' },
        { fact: 'execution.started', execution: 'x2', deadlineSeconds: 3600 },
        decided(),
        { fact: 'lease.taken', ...web, owner: 'x2', trigger: 'drop' },
        rollout('x2', { planDigest: 'p1', approval: 'a1' }),
        { fact: 'group.desired', ...web, group: 'green', desired: 4, cause: 'rollout' },
        { fact: 'resource.created', resource: 'asg/green' },
        { fact: 'resource.referenced', resource: 'asg/green', by: 'prod/web' },
      )
      .serve('green', 'i-5', 'i-6', 'i-7', 'i-8')
      .say(
        { fact: 'weights.set', ...web, weights: { blue: 90, green: 10 }, cause: 'rollout' },
        { fact: 'weights.read', ...web, weights: { blue: 90, green: 10 } },
        { fact: 'rollout.step', ...web, execution: 'x2', step: 1 },
        { fact: 'weights.set', ...web, weights: { blue: 0, green: 100 }, cause: 'rollout' },
        { fact: 'weights.read', ...web, weights: { green: 100 } },
        { fact: 'rollout.ended', ...web, execution: 'x2', release: 'r2', status: 'live' },
        { fact: 'release.ended', object: 'b/k/v2', release: 'r2', status: 'live' },
        { fact: 'lease.ended', ...web, owner: 'x2' },
        { fact: 'execution.ended', execution: 'x2', status: 'SUCCEEDED' },
      )
      .retire('i-1', 'clean-up')
      .retire('i-2', 'clean-up')
      .retire('i-3', 'clean-up')
      .retire('i-4', 'clean-up')
      .say({ fact: 'group.gone', ...web, group: 'blue' })
      .end();
    expect(checkHistory(history)).toEqual([]);
  });

  test('a replacement while others lose a machine, and a kill that recovers', () => {
    const history = tell()
      .blue()
      .policy({ maximumUptimeSeconds: 3600 })
      .pass(3600)
      .say(
        { fact: 'lease.taken', ...web, owner: 'y1', trigger: 'recycling' },
        { fact: 'budget.taken', ...web, owner: 'y1', machines: 1, allowed: 1 },
        { fact: 'replacement.started', ...web, execution: 'y1', group: 'blue', retire: ['i-1'] },
        { fact: 'group.desired', ...web, group: 'blue', desired: 5, cause: 'recycling' },
        launched('i-5'),
        { fact: 'machine.healthy', machine: 'i-5' },
        { fact: 'machine.unhealthy', machine: 'i-2', cause: 'external' },
        { fact: 'group.desired', ...web, group: 'blue', desired: 4, cause: 'recycling' },
      )
      .retire('i-1', 'recycling')
      .say(
        { fact: 'machine.healthy', machine: 'i-2' },
        { fact: 'replacement.ended', ...web, execution: 'y1', group: 'blue', outcome: 'recycled' },
        { fact: 'budget.ended', environment: 'prod', owner: 'y1' },
        { fact: 'lease.ended', ...web, owner: 'y1' },
        { fact: 'lease.taken', ...web, owner: 'c1', trigger: 'chaos' },
        { fact: 'budget.taken', ...web, owner: 'c1', machines: 1, allowed: 1 },
        kill('i-3'),
        { fact: 'kill.done', ...web, kill: 'k1', machine: 'i-3' },
        { fact: 'machine.terminated', machine: 'i-3', cause: 'chaos' },
        { fact: 'requests.failed', ...web, count: 3, cause: 'chaos' },
        launched('i-6', { cause: 'external' }),
        { fact: 'machine.healthy', machine: 'i-6' },
        { fact: 'budget.ended', environment: 'prod', owner: 'c1' },
        { fact: 'lease.ended', ...web, owner: 'c1' },
      )
      .end();
    expect(checkHistory(history)).toEqual([]);
  });

  test('a rollout that failed and was rolled back', () => {
    const history = tell()
      .blue()
      .say({ fact: 'lease.taken', ...web, owner: 'x2', trigger: 'drop' }, rollout('x2'), {
        fact: 'group.desired',
        ...web,
        group: 'green',
        desired: 4,
        cause: 'rollout',
      })
      .serve('green', 'i-5', 'i-6', 'i-7', 'i-8')
      .say(
        { fact: 'weights.set', ...web, weights: { blue: 50, green: 50 }, cause: 'rollout' },
        { fact: 'weights.set', ...web, weights: { blue: 100, green: 0 }, cause: 'rollout' },
        { fact: 'rollout.ended', ...web, execution: 'x2', release: 'r2', status: 'failed' },
        { fact: 'lease.ended', ...web, owner: 'x2' },
      )
      .retire('i-5', 'clean-up')
      .retire('i-6', 'clean-up')
      .retire('i-7', 'clean-up')
      .retire('i-8', 'clean-up')
      .say({ fact: 'group.gone', ...web, group: 'green' })
      .end();
    expect(checkHistory(history)).toEqual([]);
  });

  test('a shift to a machine that ended a moment ago, which the balancer does not know yet', () => {
    const history = greenHalf()
      .say({ fact: 'machine.terminated', machine: 'i-8', cause: 'external' })
      .pass(14)
      .say(weights({ blue: 0, green: 100 }))
      .end(false);
    expect(checkHistory(history)).toEqual([]);
  });

  test('a machine is retired for one that serves, though another ended a moment ago', () => {
    const history = tell()
      .blue()
      .say(
        lease('y1', 'recycling'),
        { fact: 'replacement.started', ...web, execution: 'y1', group: 'blue', retire: ['i-1'] },
        launched('i-5', { zone: 'a' }),
        { fact: 'machine.terminated', machine: 'i-2', cause: 'external' },
        { fact: 'machine.healthy', machine: 'i-5' },
      )
      .pass(5)
      .retire('i-1', 'recycling')
      .say(replaced)
      .end(false);
    expect(checkHistory(history)).toEqual([]);
  });

  test('the way back to blue, of which others took a machine meanwhile', () => {
    const history = greenHalf()
      .say({ fact: 'machine.terminated', machine: 'i-1', cause: 'external' })
      .pass(60)
      .say(weights({ blue: 100, green: 0 }))
      .end(false);
    expect(checkHistory(history)).toEqual([]);
  });
});
