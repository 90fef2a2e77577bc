import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { ArtifactGoneError } from '../errors.ts';
import type { Release } from '../model.ts';
import { isGone } from './is-gone.ts';

/** The artifact as it lies on disk. */
export interface FetchedArtifact {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex, our own: an ETag is no digest for multipart uploads. */
  readonly sha256: string;
}

const getObject = async (release: Release, s3: S3Client): Promise<GetObjectCommandOutput> => {
  try {
    return await s3.send(
      new GetObjectCommand({ Bucket: release.bucket, Key: release.key, VersionId: release.versionId }),
    );
  } catch (error) {
    if (isGone(error)) throw new ArtifactGoneError(release.key, release.versionId);
    throw error;
  }
};

/**
 * Downloads the artifact, by its version, to `path`.
 * @throws ArtifactGoneError, Error when fewer bytes arrive than S3 announced
 */
export const fetchArtifact = async (
  release: Release,
  path: string,
  s3: S3Client,
): Promise<FetchedArtifact> => {
  const object = await getObject(release, s3);
  if (!(object.Body instanceof Readable)) throw new Error(`artifact '${release.key}' came without a body`);
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      bytes += chunk.length;
      done(undefined, chunk);
    },
  });
  await pipeline(object.Body, measure, createWriteStream(path));
  if (object.ContentLength !== undefined && object.ContentLength !== bytes) {
    throw new Error(
      `artifact '${release.key}' arrived with ${bytes} bytes, expected ${object.ContentLength}`,
    );
  }
  return { path, bytes, sha256: hash.digest('hex') };
};
