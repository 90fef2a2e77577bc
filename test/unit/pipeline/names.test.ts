import { describe, expect, test } from '@jest/globals';
import { namesFor } from '#pipeline/names';

const release = { app: 'an-app-with-a-name-that-is-forty-long-ab', releaseId: 'x-1-0123456789abcdef' };

describe('namesFor', () => {
  test('makes target group names that the balancer takes', () => {
    expect(namesFor('kiln', release, 'dev').targetGroup).toMatch(
      /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])$/,
    );
  });

  test('gives the same names again for the same release', () => {
    expect(namesFor('kiln', release, 'dev')).toEqual(namesFor('kiln', release, 'dev'));
  });

  test.each([
    ['stack', namesFor('other', release, 'dev')],
    ['release', namesFor('kiln', { ...release, releaseId: 'x-2-0123456789abcdef' }, 'dev')],
    ['purpose', namesFor('kiln', release, 'smoke')],
  ])('gives other names for another %s', (_what, other) => {
    expect(other.targetGroup).not.toBe(namesFor('kiln', release, 'dev').targetGroup);
  });
});
