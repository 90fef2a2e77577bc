import type { Announce } from '../announce.ts';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { readEnvironments } from '../environments/read-environments.ts';
import { DigestMismatchError } from '../errors.ts';
import type { Evidence, Image, Release } from '../model.ts';
import { recordRelease } from './release-record.ts';

export interface RegisterReleaseInput {
  readonly release: Release;
  readonly image: Image;
  readonly evidence: Evidence;
}

export interface RegisterReleaseDeps {
  readonly documents: DocumentStore;
  readonly announce: Announce;
  readonly clock: Clock;
}

/**
 * Makes the release visible, with its image and the evidence that this very image was tested, and says which
 * environments it goes through. @throws DigestMismatchError
 */
export const registerRelease = async (
  input: RegisterReleaseInput,
  deps: RegisterReleaseDeps,
): Promise<{ readonly environments: readonly string[] }> => {
  const { release, image, evidence } = input;
  if (evidence.digest !== image.digest)
    throw new DigestMismatchError(image.imageId, image.digest, evidence.digest);
  await recordRelease(release, { status: 'rolling-out', image, evidence }, deps);
  await deps.announce('release.registered', { ...release, imageId: image.imageId, digest: image.digest });
  const environments = await readEnvironments(deps.documents);
  return { environments: environments.map((environment) => environment.name) };
};
