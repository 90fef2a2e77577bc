import type { ArtifactLimits } from '../model.ts';
import { ArchiveFile } from './archive-file.ts';
import { ArtifactRejectedError } from './artifact-rejected.ts';
import { checkArchiveBytes, DEFAULT_LIMITS } from './limits.ts';
import { tgzTree } from './tgz/tgz-tree.ts';
import type { ArtifactTree } from './tree.ts';
import { endsLikeZip } from './zip/find-directory.ts';
import { zipTree } from './zip/zip-tree.ts';

/** What `readArtifact` needs to know. */
export interface ReadArtifactInput {
  readonly artifactPath: string;
  /** An existing directory for working files; what is put there is removed by `dispose` or on failure. */
  readonly workDir: string;
  readonly limits?: ArtifactLimits;
  readonly signal?: AbortSignal;
}

/** Reads a zip or tgz, told apart by content and not by name, as a checked tree of files. */
export async function readArtifact(input: ReadArtifactInput): Promise<ArtifactTree> {
  const { artifactPath, workDir, limits = DEFAULT_LIMITS, signal } = input;
  signal?.throwIfAborted();
  const archive = new ArchiveFile(artifactPath);
  try {
    checkArchiveBytes(archive.bytes, limits);
    if (kindOf(archive) === 'zip') return await zipTree(archive, limits);
    return await tgzTree(archive, { workDir, limits, ...(signal && { signal }) });
  } catch (error) {
    archive.close();
    throw error;
  }
}

function kindOf(archive: ArchiveFile): 'zip' | 'tgz' {
  const magic = archive.read(0, Math.min(4, archive.bytes)).toString('latin1');
  if (magic === 'PK\x03\x04' || magic === 'PK\x05\x06') return 'zip';
  if (magic.startsWith('\x1f\x8b')) return 'tgz';
  if (endsLikeZip(archive)) {
    throw new ArtifactRejectedError(
      'ambiguous_archive',
      'there are bytes before the first entry of the zip archive',
    );
  }
  throw new ArtifactRejectedError(
    'not_an_archive',
    `the artifact (${archive.bytes} bytes) is neither a zip nor a gzipped tar archive`,
  );
}
