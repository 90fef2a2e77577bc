import type { ArtifactLimits } from '../../model.ts';
import type { ArchiveFile } from '../archive-file.ts';
import { ArtifactRejectedError } from '../artifact-rejected.ts';
import { buildTree } from '../build-tree.ts';
import type { ArchiveEntry } from '../build-tree.ts';
import { checkEntryPath, decodeEntryName, printable } from '../entry-path.ts';
import { checkContentBytes, checkEntryCount } from '../limits.ts';
import type { ArtifactTree, TreeEntry } from '../tree.ts';
import { checkLocalHeaders } from './check-local-headers.ts';
import { findDirectory } from './find-directory.ts';
import type { BatchItem } from './inflate-batch.ts';
import { readContent } from './read-content.ts';
import { readContents } from './read-contents.ts';
import { readDirectory } from './read-directory.ts';
import type { CentralEntry } from './read-directory.ts';

const TYPE_MASK = 0o170_000;
const REGULAR = 0o100_000;
const DIRECTORY = 0o040_000;
const SYMLINK = 0o120_000;
const SPECIAL_BITS = 0o7_000;
const OWNER_EXECUTE = 0o100;
const MAX_TARGET_BYTES = 4_095;

/** Reads a zip as a tree. Contents are not unpacked to disk: they are inflated from the archive when they are read. */
export async function zipTree(archive: ArchiveFile, limits: ArtifactLimits): Promise<ArtifactTree> {
  const place = findDirectory(archive);
  checkEntryCount(place.entries, limits);
  const central = readDirectory(archive, place);
  const dataOffsets = checkLocalHeaders(archive, central, place.offset);
  const archived: ArchiveEntry[] = [];
  let contentBytes = 0;
  for (const [index, entry] of central.entries()) {
    const described = archiveEntry(entry, index);
    // Waiting for what is there already would cost more than all the rest of the loop.
    const target =
      described.kind === 'symlink' ? await readTarget(archive, entry, dataOffsets[index] ?? 0) : '';
    archived.push(target === '' ? described : { ...described, target });
    // The directory's sizes may be trusted as upper bounds: reading stops with an error where content goes beyond.
    contentBytes += entry.bytes;
    checkContentBytes(contentBytes, archive.bytes, limits);
  }
  const entries = buildTree(archived, limits);
  const sources = new Map<TreeEntry, number>(entries.map((entry) => [entry, entry.source]));
  return {
    entries,
    contentBytes,
    read: (files) =>
      readContents(
        archive,
        files.map((file) => itemOf(sources.get(file), central, dataOffsets)),
      ),
    dispose: async () => archive.close(),
  };
}

function itemOf(
  source: number | undefined,
  central: readonly CentralEntry[],
  dataOffsets: readonly number[],
): BatchItem {
  const entry = central[source ?? -1];
  const dataOffset = dataOffsets[source ?? -1];
  if (entry === undefined || dataOffset === undefined)
    throw new TypeError('the file is not from this archive');
  return { entry, dataOffset };
}

function archiveEntry(entry: CentralEntry, source: number): ArchiveEntry {
  const kind = kindOf(entry);
  const path = checkEntryPath(kind === 'directory' ? entry.name.slice(0, -1) : entry.name);
  const executable = (entry.unixMode & OWNER_EXECUTE) !== 0;
  if (kind === 'directory' && entry.bytes !== 0) {
    throw new ArtifactRejectedError('corrupt', `the directory '${printable(path)}' has content`);
  }
  return { path, kind, executable, size: entry.bytes, target: '', source };
}

function kindOf(entry: CentralEntry): TreeEntry['kind'] {
  if ((entry.unixMode & SPECIAL_BITS) !== 0) {
    throw new ArtifactRejectedError(
      'unsafe_entry',
      `'${printable(entry.name)}' has a setuid, setgid or sticky bit (mode ${entry.unixMode.toString(8)})`,
    );
  }
  const isDirectory = entry.name.endsWith('/');
  const type = entry.unixMode & TYPE_MASK;
  if (type === SYMLINK && !isDirectory) return 'symlink';
  if (type === 0 || type === (isDirectory ? DIRECTORY : REGULAR)) return isDirectory ? 'directory' : 'file';
  throw new ArtifactRejectedError(
    'unsafe_entry',
    `'${printable(entry.name)}' is neither a file, a directory nor a symbolic link (mode ${entry.unixMode.toString(8)})`,
  );
}

async function readTarget(archive: ArchiveFile, entry: CentralEntry, dataOffset: number): Promise<string> {
  if (entry.bytes > MAX_TARGET_BYTES) {
    throw new ArtifactRejectedError(
      'unsafe_entry',
      `the symbolic link '${printable(entry.name)}' has a target of ${entry.bytes} bytes, at most ${MAX_TARGET_BYTES} are possible`,
    );
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of readContent(archive, entry, dataOffset)) chunks.push(chunk);
  return decodeEntryName(Buffer.concat(chunks));
}
