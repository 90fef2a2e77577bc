import * as Enums from '@cyclonedx/cyclonedx-library/Enums';
import * as Models from '@cyclonedx/cyclonedx-library/Models';
import * as Serialize from '@cyclonedx/cyclonedx-library/Serialize';
import * as Spec from '@cyclonedx/cyclonedx-library/Spec';
import { PackageURL } from 'packageurl-js';
import type { BakedImage, BaseManifest } from '#bakery/model';
import type { Release } from '../model.ts';

/** Where the bill of materials of a release stands in the bucket. */
export const billOfMaterialsKey = (release: Pick<Release, 'app' | 'releaseId'>): string =>
  `kiln/boms/${release.app}/${release.releaseId}.cdx.json`;

const component = (type: Enums.ComponentType, purl: PackageURL, sha256?: string): Models.Component => {
  const name =
    purl.namespace === undefined || purl.namespace === null ? purl.name : `${purl.namespace}/${purl.name}`;
  const made = new Models.Component(type, name, {
    // The library would take a random one, and the same release must give the same bill.
    bomRef: purl.toString(),
    purl: purl.toString(),
    ...(purl.version === undefined || purl.version === null ? {} : { version: purl.version }),
  });
  if (sha256 !== undefined) made.hashes.set(Enums.HashAlgorithm['SHA-256'], sha256);
  return made;
};

const npmPackage = (name: string, version: string): PackageURL => {
  const [scope, bare] = name.startsWith('@') ? name.split('/', 2) : [undefined, name];
  return new PackageURL('npm', scope, bare ?? name, version, undefined, undefined);
};

/** Node comes from npm; everything else that a base is made of comes from Debian. */
const baseInput = ({ name, version, sha256 }: BaseManifest['inputs'][number]): Models.Component => {
  const purl = name.startsWith('node-linux-')
    ? npmPackage(name, version)
    : new PackageURL('deb', 'debian', name, version, undefined, undefined);
  return component(Enums.ComponentType.Library, purl, sha256);
};

/** What a release's machine is made of, as CycloneDX 1.6 JSON: the base's inputs and the artifact's npm packages. */
export const billOfMaterials = (release: Release, baked: BakedImage, base: BaseManifest): object => {
  const bom = new Models.Bom();
  bom.metadata.component = component(
    Enums.ComponentType.Application,
    new PackageURL('generic', undefined, release.app, release.version, { checksum: baked.digest }, undefined),
  );
  for (const input of base.inputs) bom.components.add(baseInput(input));
  for (const { name, version } of baked.app.packages) {
    bom.components.add(component(Enums.ComponentType.Library, npmPackage(name, version)));
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return JSON.parse(serializer.serialize(bom, { sortLists: true })) as object;
};
