import { describe, expect, test } from '@jest/globals';
import { keepServing } from '#cli/deploy/keep-serving';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { switchKey } from '#pipeline/environments/switched-off';
import type { EnvironmentRecord } from '#pipeline/model';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { aDeployment, anEnvironment, aRecord } from '#test/helpers/pipeline-fixtures';

const DEV = { name: 'dev' };
const PROD = { name: 'prod' };

const setUp = (records: readonly EnvironmentRecord[], more: Readonly<Record<string, object>> = {}) => {
  const environments = [anEnvironment(), anEnvironment(PROD)];
  return {
    documents: memoryDocuments({ [ENVIRONMENTS_KEY]: { updatedAt: '', environments }, ...more }),
    listRecords: (prefix: string) =>
      Promise.resolve(records.filter(({ environment }) => prefix === `kiln/environments/${environment}/`)),
  };
};
const serving = aRecord({ environment: 'prod', current: aDeployment() });

describe('keepServing', () => {
  test('an environment that serves is not left out', async () => {
    await expect(keepServing([DEV], setUp([serving]))).rejects.toMatchObject({
      message: expect.stringMatching(/'prod' .* but it serves: hello$/),
      suggestion: expect.stringContaining('kiln env off prod'),
    });
  });

  test('one that stays, serves nothing or is switched off does not hold a deployment up', async () => {
    const off = { [switchKey('prod')]: { environment: 'prod', to: 'off', by: 'ann', since: '' } };
    await expect(keepServing([DEV, PROD], setUp([serving]))).resolves.toBeUndefined();
    await expect(keepServing([DEV], setUp([aRecord({ environment: 'prod' })]))).resolves.toBeUndefined();
    await expect(keepServing([DEV], setUp([serving], off))).resolves.toBeUndefined();
  });

  test('the first deployment has nothing to keep', async () => {
    const deps = { documents: memoryDocuments(), listRecords: () => Promise.resolve([]) };
    await expect(keepServing([DEV], deps)).resolves.toBeUndefined();
  });
});
