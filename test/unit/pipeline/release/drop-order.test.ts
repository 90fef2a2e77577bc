import { describe, expect, test } from '@jest/globals';
import type { DropOrder } from '#pipeline/model';
import { isOlderDrop } from '#pipeline/release/drop-order';

const drop = (droppedAt: string, more: Partial<DropOrder> = {}): DropOrder => ({
  releaseId: 'hello-1',
  droppedAt,
  key: 'apps/hello/1.0.0.zip',
  ...more,
});

describe('isOlderDrop', () => {
  test('D04: orders drops by time, not by how the time is written', () => {
    const early = drop('2026-01-02T00:00:00Z', { sequencer: 'F' });
    const late = drop('2026-01-02T00:00:00.500Z', { sequencer: '1' });
    expect([isOlderDrop(early, late), isOlderDrop(late, early)]).toEqual([true, false]);
    expect(isOlderDrop(drop('2026-01-02T01:00:00+02:00'), drop('2026-01-02T00:00:00Z'))).toBe(true);
  });

  test.each([
    ['0A', '0B', true],
    ['0B', '0A', false],
    ['0a', '0B', true],
    // Filled up on the right: 5000 is more than 0600, 0600 is the same as 06.
    ['0600', '5', true],
    ['5', '0600', false],
    ['06', '0600', false],
    ['0600', '06', false],
  ])('D04: within a moment the sequencers of one key tell: %s before %s is %s', (a, b, isOlder) => {
    const at = '2026-01-02T00:00:00Z';
    expect(isOlderDrop(drop(at, { sequencer: a }), drop(at, { sequencer: b }))).toBe(isOlder);
  });

  test('R12: of two releases dropped in the same second one is older, the same whoever asks', () => {
    const at = '2026-01-02T00:00:00Z';
    const one = drop(at, { sequencer: '01' });
    const other = { releaseId: 'hello-2', key: 'apps/hello/1.0.1.zip' };
    for (const later of [
      drop(at, { ...other, sequencer: '02' }),
      drop(at, { ...other, sequencer: '01' }),
      drop(at, other),
    ])
      expect([isOlderDrop(one, later), isOlderDrop(later, one)]).toEqual([true, false]);
    expect(isOlderDrop(one, one)).toBe(false);
  });
});
