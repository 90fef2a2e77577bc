import { describe, expect, test } from '@jest/globals';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { registerRelease } from '#pipeline/release/register-release';
import { releaseKey } from '#pipeline/release/release-record';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import {
  anEnvironment,
  anImage,
  announcements,
  aRelease,
  someEvidence,
} from '#test/helpers/pipeline-fixtures';

const release = aRelease();
const image = anImage();

const setUp = () => {
  const environments = [anEnvironment(), anEnvironment({ name: 'prod' })];
  const documents = memoryDocuments({ [ENVIRONMENTS_KEY]: { updatedAt: '', environments } });
  const { names, announce } = announcements();
  return { documents, names, deps: { documents, announce, clock: instantClock() } };
};

describe('registerRelease', () => {
  test('records image and evidence, and names the environments in their order', async () => {
    const { deps, documents, names } = setUp();
    const evidence = someEvidence();
    expect(await registerRelease({ release, image, evidence }, deps)).toEqual({
      environments: ['dev', 'prod'],
    });
    expect(documents.all.get(releaseKey(release))).toMatchObject({ status: 'rolling-out', image, evidence });
    expect(names).toEqual(['release.registered']);
  });

  test('I5: refuses evidence of another image', async () => {
    const { deps, documents } = setUp();
    const evidence = someEvidence(2);
    await expect(registerRelease({ release, image, evidence }, deps)).rejects.toMatchObject({
      name: 'DigestMismatch',
    });
    expect(documents.all.has(releaseKey(release))).toBe(false);
  });
});
