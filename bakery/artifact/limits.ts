import type { ArtifactLimits } from '../model.ts';
import { ArtifactRejectedError } from './artifact-rejected.ts';

/** What an artifact may be unless the caller says otherwise. Sizes in bytes. */
export const DEFAULT_LIMITS: ArtifactLimits = {
  maxArchiveBytes: 512 * 1_048_576,
  maxContentBytes: 1024 * 1_048_576,
  maxEntries: 65_000,
  maxRatio: 200,
};

// Little content is never refused for its ratio: small files of zeros are common and harmless.
const RATIO_FREE_BYTES = 16 * 1_048_576;

/** Refuses an archive file that is larger than the limit. */
export function checkArchiveBytes(archiveBytes: number, limits: ArtifactLimits): void {
  if (archiveBytes > limits.maxArchiveBytes) {
    throw new ArtifactRejectedError(
      'too_large',
      `the archive is ${archiveBytes} bytes, at most ${limits.maxArchiveBytes} are accepted`,
    );
  }
}

/** Refuses content that is larger than the limit, absolutely or in relation to the archive. */
export function checkContentBytes(contentBytes: number, archiveBytes: number, limits: ArtifactLimits): void {
  if (contentBytes > limits.maxContentBytes) {
    throw new ArtifactRejectedError(
      'too_large',
      `the archive unpacks to more than ${limits.maxContentBytes} bytes, which is the limit`,
    );
  }
  if (contentBytes > RATIO_FREE_BYTES && contentBytes > archiveBytes * limits.maxRatio) {
    throw new ArtifactRejectedError(
      'too_large',
      `the archive of ${archiveBytes} bytes unpacks to more than ${limits.maxRatio} times its size, which is the limit`,
    );
  }
}

/** Refuses more files, directories and links than the limit. */
export function checkEntryCount(entries: number, limits: ArtifactLimits): void {
  if (entries > limits.maxEntries) {
    throw new ArtifactRejectedError(
      'too_many_entries',
      `the archive holds ${entries} files and directories or more, at most ${limits.maxEntries} are accepted`,
    );
  }
}
