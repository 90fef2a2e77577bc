import { describe, expect, test } from '@jest/globals';
import { isSwitchedOff, refuseWhileOff, switchKey } from '#pipeline/environments/switched-off';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { anEnvironment } from '#test/helpers/pipeline-fixtures';

const off = { environment: 'dev', to: 'off', by: 'ann', since: '2026-01-01T20:00:00Z' };
const documentsWith = (wish: object) => memoryDocuments({ [switchKey('dev')]: wish });

describe('refuseWhileOff', () => {
  test('lets releases into an environment that is on, or never was switched', async () => {
    for (const documents of [memoryDocuments(), documentsWith({ ...off, to: 'on' })]) {
      await expect(refuseWhileOff(anEnvironment(), documents)).resolves.toBeUndefined();
      expect(await isSwitchedOff('dev', documents)).toBe(false);
    }
  });

  test.each([
    ['wait', 'EnvironmentOff'],
    ['refuse', 'EnvironmentOffRefused'],
  ] as const)('whileOff %s: %s, which says who switched it off and when', async (whileOff, name) => {
    const documents = documentsWith(off);
    await expect(refuseWhileOff(anEnvironment({ whileOff }), documents)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(/'dev' was switched off by ann at 2026-01-01T20:00:00Z/),
    });
    expect(await isSwitchedOff('dev', documents)).toBe(true);
    expect(await isSwitchedOff('prod', documents)).toBe(false);
  });
});
