import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { checkNativeCode } from '../artifact/check-native-code.ts';
import { describeApp } from '../artifact/describe-app.ts';
import { readArtifact } from '../artifact/read-artifact.ts';
import type { ArtifactTree } from '../artifact/tree.ts';
import { BlockWriter } from '../disk/block-writer.ts';
import { writeErofs } from '../erofs/write-erofs.ts';
import type { WrittenErofs } from '../erofs/write-erofs.ts';
import { BLOCK_BYTES } from '../model.ts';
import type { AppDescription, ArtifactLimits, BakedImage, BaseManifest, ChangedBlock } from '../model.ts';
import { appLayerTree } from './app-layer-tree.ts';
import { changedBlocks } from './changed-blocks.ts';
import type { PlacedBlock } from './changed-blocks.ts';

/** What a bake starts from. */
export interface BakeInput {
  /** A zip or tgz on disk. */
  readonly artifactPath: string;
  readonly base: BaseManifest;
  /** Directory for working files, made if missing; the bake works in a new directory inside. */
  readonly workDir: string;
  readonly limits?: ArtifactLimits;
  readonly signal?: AbortSignal;
}

/**
 * Turns an artifact into a disk image on top of a base. The same artifact and base give the same bytes wherever and
 * whenever it runs. Throws `ArtifactRejectedError` when the artifact is at fault, and leaves no file behind then.
 */
export async function bake(input: BakeInput): Promise<BakedImage> {
  input.signal?.throwIfAborted();
  await mkdir(input.workDir, { recursive: true });
  const directory = await mkdtemp(join(input.workDir, 'bake-'));
  let layerFile: FileHandle | undefined;
  try {
    layerFile = await open(join(directory, 'app.layer'), 'wx+', 0o600);
    return await bakeIn(directory, layerFile, input);
  } catch (error) {
    await layerFile?.close();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function bakeIn(directory: string, layerFile: FileHandle, input: BakeInput): Promise<BakedImage> {
  const { artifactPath, base, limits, signal } = input;
  const artifact = await readArtifact({
    artifactPath,
    workDir: directory,
    ...(limits && { limits }),
    ...(signal && { signal }),
  });
  try {
    const app = await describeApp(artifact, base);
    const writer = new BlockWriter(layerFile);
    const layer = await writeErofs(appLayerTree(artifact, app.process), writer, {
      inspect: checkNativeCode,
      ...(signal && { signal }),
    });
    return bakedImage({ directory, layerFile, base, artifact, app, layer });
  } finally {
    await artifact.dispose();
  }
}

interface BakeResult {
  readonly directory: string;
  readonly layerFile: FileHandle;
  readonly base: BaseManifest;
  readonly artifact: ArtifactTree;
  readonly app: AppDescription;
  readonly layer: WrittenErofs;
}

function bakedImage({ directory, layerFile, base, artifact, app, layer }: BakeResult): BakedImage {
  const { diskBytes, digest, changed, kept } = changedBlocks(base, layer.blockHashes);
  let disposed = false;
  return {
    digest,
    baseDigest: base.digest,
    app,
    diskBytes,
    layer: {
      files: artifact.entries.filter(({ kind }) => kind === 'file').length,
      contentBytes: artifact.contentBytes,
      layerBytes: layer.bytes,
    },
    keptBlockIndexes: kept,
    changedBlockIndexes: changed.map(({ index }) => index),
    async *changedBlocks() {
      for (const block of changed) yield await readBlock(block, layerFile);
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      await layerFile.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function readBlock(
  { index, sha256, source }: PlacedBlock,
  layerFile: FileHandle,
): Promise<ChangedBlock> {
  if (source.kind === 'memory') return { index, sha256, data: source.data };
  const data = Buffer.allocUnsafe(BLOCK_BYTES);
  const { bytesRead } = await layerFile.read(data, 0, BLOCK_BYTES, source.offsetBytes);
  if (bytesRead !== BLOCK_BYTES) throw new Error(`the app layer ends in the middle of block ${index}`);
  return { index, sha256, data };
}
