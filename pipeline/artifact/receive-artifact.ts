import { HeadObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Announce } from '../announce.ts';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { ArtifactGoneError, ReleaseAlreadyExistsError } from '../errors.ts';
import type { Release, ReleaseRecord, SourceMetadata } from '../model.ts';
import { recordRelease, releaseKey } from '../release/release-record.ts';
import { isGone } from './is-gone.ts';
import { decodeSource } from './source-metadata.ts';

export interface ReceiveArtifactDeps {
  readonly s3: S3Client;
  readonly documents: DocumentStore;
  readonly announce: Announce;
  readonly clock: Clock;
}

/** Reads what the artifact's metadata says of where it comes from. @throws ArtifactGoneError */
const readSource = async (release: Release, s3: S3Client): Promise<SourceMetadata> => {
  try {
    const { Metadata = {} } = await s3.send(
      new HeadObjectCommand({ Bucket: release.bucket, Key: release.key, VersionId: release.versionId }),
    );
    return decodeSource(Metadata);
  } catch (error) {
    if (isGone(error)) throw new ArtifactGoneError(release.key, release.versionId);
    throw error;
  }
};

/**
 * Claims the release by creating its document, then checks that the artifact can be read. The document, unlike the
 * execution's name, refuses a second delivery for ever.
 * @throws ReleaseAlreadyExistsError, ArtifactGoneError
 */
export const receiveArtifact = async (
  release: Release,
  deps: ReceiveArtifactDeps,
): Promise<{ readonly release: Release }> => {
  const record: ReleaseRecord = { ...release, status: 'received', updatedAt: deps.clock.now().toISOString() };
  const created = await deps.documents.create(releaseKey(release), record);
  if (!created) {
    const found = await deps.documents.read<ReleaseRecord>(releaseKey(release));
    // A retry of this very state finds its own document; only one that went on belongs to an earlier delivery.
    if (found?.status !== 'received') throw new ReleaseAlreadyExistsError(release.releaseId);
  }
  const source = await readSource(release, deps.s3);
  if (Object.keys(source).length > 0) await recordRelease(release, { source }, deps);
  await deps.announce('release.received', { ...release });
  return { release };
};
