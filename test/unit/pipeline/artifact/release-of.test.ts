import { describe, expect, test } from '@jest/globals';
import { releaseOf } from '#pipeline/artifact/release-of';

const object = { time: '2026-01-01T00:00:00Z', bucket: 'b', key: 'apps/hello/1.0.0.zip', versionId: 'v1' };
const drop = { app: 'hello', version: '1.0.0' };

describe('releaseOf', () => {
  test('gives the same release for the same drop, whenever its event arrives', () => {
    const later = { ...object, time: '2026-01-02T00:00:00Z' };
    expect(releaseOf(later, drop).releaseId).toBe(releaseOf(object, drop).releaseId);
  });

  test('gives another release for another version of the same key', () => {
    expect(releaseOf({ ...object, versionId: 'v2' }, drop).releaseId).not.toBe(
      releaseOf(object, drop).releaseId,
    );
  });

  test('tells drops on a bucket without versions apart by their sequencer', () => {
    const { versionId: _, ...unversioned } = object;
    const first = releaseOf({ ...unversioned, sequencer: '01' }, drop);
    expect(releaseOf({ ...unversioned, sequencer: '02' }, drop).releaseId).not.toBe(first.releaseId);
    expect(first.versionId).toBe('null');
  });

  test('makes names that an execution may have', () => {
    const long = releaseOf(object, { app: 'a'.repeat(40), version: 'v'.repeat(100) });
    expect(long.releaseId).toMatch(/^[a-z0-9.-]{1,80}$/);
  });
});
