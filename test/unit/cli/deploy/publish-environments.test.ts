import { describe, expect, test } from '@jest/globals';
import { publishEnvironments } from '#cli/deploy/publish-environments';
import { parseEnvironments } from '#pipeline/environments/parse-environments';
import { ENVIRONMENTS_KEY, readEnvironment } from '#pipeline/environments/read-environments';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';

const environments = parseEnvironments(
  'environments: [{ name: dev }, { name: pre-prod }]',
  'environments.yml',
);
const outputs = ['Dev', 'PreProd'].flatMap((name) => [
  { OutputKey: `${name}Url`, OutputValue: `http://${name}` },
  { OutputKey: `${name}ListenerArn`, OutputValue: `arn:${name}` },
]);

describe('publishEnvironments', () => {
  test('writes the environments in order, each with its listener and address', async () => {
    const documents = memoryDocuments();
    const deployed = await publishEnvironments(environments, outputs, { documents, clock: instantClock() });
    expect(deployed.map(({ name, listenerArn, url }) => [name, listenerArn, url])).toEqual([
      ['dev', 'arn:Dev', 'http://Dev'],
      ['pre-prod', 'arn:PreProd', 'http://PreProd'],
    ]);
    expect(await readEnvironment('pre-prod', documents)).toEqual(deployed[1]);
  });

  test('writes nothing where nothing changed', async () => {
    const documents = memoryDocuments();
    const deps = { documents, clock: instantClock() };
    await publishEnvironments(environments, outputs, deps);
    const written = documents.all.get(ENVIRONMENTS_KEY);
    await publishEnvironments(environments, outputs, deps);
    expect(documents.all.get(ENVIRONMENTS_KEY)).toBe(written);
  });

  test('a stack without the listener of an environment is an error', async () => {
    const deps = { documents: memoryDocuments(), clock: instantClock() };
    await expect(publishEnvironments(environments, outputs.slice(0, 3), deps)).rejects.toThrow(
      "no output 'PreProdListenerArn'",
    );
    expect(deps.documents.all.size).toBe(0);
  });
});
