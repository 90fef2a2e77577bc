import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { ArtifactRejectedError } from '#bakery/artifact/artifact-rejected';
import { bake } from '#bakery/bake/bake';
import type { BakeInput } from '#bakery/bake/bake';
import type { BakedImage } from '#bakery/model';
import type { Announce } from '../announce.ts';
import { fetchArtifact } from '../artifact/fetch-artifact.ts';
import { monotonicNow } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import type { Logger } from '../log.ts';
import type { Image, Release } from '../model.ts';
import { billOfMaterials, billOfMaterialsKey } from '../release/bill-of-materials.ts';
import { recordRelease } from '../release/release-record.ts';
import { TAG, tagsFor } from '../tags.ts';
import { readBaseImage } from './base-image.ts';
import type { BaseImage } from './base-image.ts';
import { deleteSnapshot } from './delete-image.ts';
import { adoptImage, findImage, imageName, registerImage } from './register-image.ts';
import type { FoundImage } from './register-image.ts';
import { uploadSnapshot } from './upload-snapshot.ts';
import type { SnapshotDeps } from './upload-snapshot.ts';

const RUNTIME = 'node24';

export interface BakeImageInput {
  readonly release: Release;
}

export interface BakeImageDeps extends SnapshotDeps {
  readonly s3: S3Client;
  readonly documents: DocumentStore;
  readonly announce: Announce;
  readonly log: Logger;
  /** Name of the stack that owns what is created. */
  readonly stack: string;
}

const bakeOrExplain = async (release: Release, input: BakeInput): Promise<BakedImage> => {
  try {
    return await bake(input);
  } catch (error) {
    if (!(error instanceof ArtifactRejectedError)) throw error;
    const text = `artifact '${release.key}' is refused (${error.reason}): ${error.message}`;
    throw new ArtifactRejectedError(error.reason, text, { cause: error });
  }
};

const storeImage = async (
  release: Release,
  baked: BakedImage,
  base: BaseImage,
  deps: BakeImageDeps,
): Promise<FoundImage & { readonly blocksUploaded: number }> => {
  const existing = await findImage(imageName(release.app, baked.digest), deps.ec2);
  if (existing !== undefined) {
    await adoptImage(existing, baked.digest, deps);
    deps.log.info('image exists already', { releaseId: release.releaseId, imageId: existing.imageId });
    return { ...existing, blocksUploaded: 0 };
  }
  const tags = tagsFor(deps.stack, release, { [TAG.digest]: baked.digest });
  const { snapshotId, blocksUploaded } = await uploadSnapshot(
    {
      clientToken: `bake-${release.releaseId.slice(-16)}`,
      description: `Kiln image of ${release.app} ${release.version}`,
      parentSnapshotId: base.snapshotId,
      diskBytes: baked.diskBytes,
      tags,
      blocks: baked.changedBlocks(),
    },
    deps,
  );
  const image = await registerImage({ app: release.app, digest: baked.digest, snapshotId, tags }, deps);
  if (image.snapshotId !== snapshotId) {
    // Another release of the same content registered its image first; ours is not needed.
    await deleteSnapshot(snapshotId, deps);
  }
  return { ...image, blocksUploaded };
};

/**
 * Turns the artifact into a machine image: the app layer on top of the published base. Only the blocks that differ from
 * the base are uploaded, and no builder instance runs.
 * @throws ArtifactRejectedError for an artifact that cannot become a machine, ArtifactGoneError, BaseMissingError,
 * ImageFailedError, DigestMismatchError
 */
export const bakeImage = async (
  input: BakeImageInput,
  deps: BakeImageDeps,
): Promise<{ readonly image: Image }> => {
  const started = monotonicNow(deps.clock);
  const { release } = input;
  const base = await readBaseImage(RUNTIME, deps.documents);
  const workDir = await mkdtemp(join(tmpdir(), 'kiln-bake-'));
  let baked: BakedImage | undefined;
  try {
    const artifact = await fetchArtifact(release, join(workDir, 'artifact'), deps.s3);
    baked = await bakeOrExplain(release, { artifactPath: artifact.path, base: base.manifest, workDir });
    const { blocksUploaded, ...found } = await storeImage(release, baked, base, deps);
    const image: Image = {
      ...found,
      baseDigest: baked.baseDigest,
      port: baked.app.process.port,
      healthPath: baked.app.healthPath,
      smokeRequests: baked.app.smokeRequests,
      memoryMiB: baked.app.memoryMiB,
      startSeconds: baked.app.startSeconds,
      bake: {
        artifactBytes: artifact.bytes,
        artifactSha256: artifact.sha256,
        files: baked.layer.files,
        contentBytes: baked.layer.contentBytes,
        blocksUploaded,
        seconds: (monotonicNow(deps.clock) - started) / 1000,
      },
    };
    const bill = billOfMaterials(release, baked, base.manifest);
    await deps.documents.update(billOfMaterialsKey(release), () => bill);
    await recordRelease(
      release,
      { status: 'baked', image, billOfMaterials: billOfMaterialsKey(release) },
      deps,
    );
    await deps.announce('release.baked', { ...release, imageId: image.imageId, digest: image.digest });
    return { image };
  } finally {
    await baked?.dispose();
    await rm(workDir, { recursive: true, force: true });
  }
};
