import type { Fact } from '#test/invariants/history';
import { web } from './story.ts';

/** The app's lease is taken. */
export const lease = (owner: string, trigger = 'drop'): Fact => ({
  fact: 'lease.taken',
  ...web,
  owner,
  trigger,
});

/** A rollout of release r2 from blue to green begins. */
export const rollout = (execution: string, change: object = {}): Fact => ({
  fact: 'rollout.started',
  ...web,
  execution,
  release: 'r2',
  trigger: 'drop',
  order: 2,
  blue: 'blue',
  green: 'green',
  ...change,
});

/** …and ends. */
export const rolloutEnded = (execution: string, status: 'live' | 'failed'): Fact => ({
  fact: 'rollout.ended',
  ...web,
  execution,
  release: 'r2',
  status,
});

/** Ann approves release r2 of Bob's. */
export const decided = (change: object = {}): Fact => ({
  fact: 'approval.decided',
  ...web,
  approval: 'a1',
  release: 'r2',
  planDigest: 'p1',
  user: 'ann',
  author: 'bob',
  decision: 'approve',
  fourEyes: true,
  approvers: ['ann', 'bob'],
  ...change,
});

/** Chaos records that it will kill a machine of blue. */
export const kill = (machine: string, change: object = {}): Fact => ({
  fact: 'kill.recorded',
  ...web,
  kill: `k-${machine}`,
  group: 'blue',
  machine,
  trigger: 'schedule',
  day: '2026-01-05',
  ...change,
});

/** A rollout sets the weights. */
export const weights = (given: Readonly<Record<string, number>>): Fact => ({
  fact: 'weights.set',
  ...web,
  weights: given,
  cause: 'rollout',
});

/** Recycling launches a machine of blue. */
export const launched = (machine: string, change: object = {}): Fact => ({
  fact: 'machine.launched',
  ...web,
  machine,
  group: 'blue',
  release: 'r1',
  zone: 'a',
  cause: 'recycling',
  ...change,
});

/** Replacement y1 of blue is over. */
export const replaced: Fact = {
  fact: 'replacement.ended',
  ...web,
  execution: 'y1',
  group: 'blue',
  outcome: 'recycled',
};
