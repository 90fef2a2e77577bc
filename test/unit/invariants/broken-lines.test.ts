import { expect, test } from '@jest/globals';
import { checkHistory } from '#test/invariants/check-history';
import type { HistoryEntry } from '#test/invariants/history';

test('I17 is broken when a role may not do what it tries, and not by an injected fault', () => {
  const call = { kind: 'call', service: 'ec2', action: 'RunInstances', ids: [] } as const;
  const at = { t: 0, actor: 'kiln-bake' };
  const denied: HistoryEntry = { seq: 1, ...at, ...call, outcome: 'UnauthorizedOperation' };
  expect(checkHistory([denied])).toMatchObject([{ invariant: 'I17', seq: 1 }]);
  expect(checkHistory([{ ...denied, fault: 'error' }])).toEqual([]);
});

test('a history with a gap, or one that goes back in time, is not believed', () => {
  const entry = { actor: 'a', kind: 'event', source: 's', detailType: 'd', ids: [] } as const;
  const history: HistoryEntry[] = [
    { seq: 1, t: 5, ...entry },
    { seq: 3, t: 5, ...entry },
    { seq: 4, t: 4, ...entry },
  ];
  expect(checkHistory(history).map(({ invariant, seq }) => [invariant, seq])).toEqual([
    ['history', 3],
    ['history', 4],
  ]);
});
