import type { ArtifactLimits } from '../model.ts';
import { ArtifactRejectedError } from './artifact-rejected.ts';
import { checkSymlinks } from './check-symlinks.ts';
import { printable } from './entry-path.ts';
import { checkEntryCount } from './limits.ts';
import { byteOrderKey } from './tree.ts';
import type { TreeEntry } from './tree.ts';

/** An entry as it stands in the archive. */
export interface ArchiveEntry extends TreeEntry {
  /** Where the archive's reader finds the content; -1 for a directory that is only implied by what is in it. */
  readonly source: number;
}

/**
 * Turns the entries of an archive into a tree: sorted, with all directories, and free of anything that two unpackers
 * could understand differently.
 */
export function buildTree(
  archived: readonly ArchiveEntry[],
  limits: ArtifactLimits,
): readonly ArchiveEntry[] {
  const byPath = new Map<string, ArchiveEntry>();
  for (const entry of withoutWrapper(archived)) {
    const first = byPath.get(entry.path);
    if (first !== undefined) {
      throw new ArtifactRejectedError('duplicate_path', `the path '${printable(entry.path)}' occurs twice`);
    }
    byPath.set(entry.path, entry);
  }
  addImpliedDirectories(byPath, limits);
  checkReserved(byPath);
  checkCollisions(byPath.keys());
  checkSymlinks(byPath);
  return Array.from(byPath.values(), (entry) => ({ entry, key: byteOrderKey(entry.path) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ entry }) => entry);
}

// `npm pack` puts everything below `package/`, GitHub below `<repository>-<ref>/`. What has one top-level directory
// with a package.json in it and nothing beside it is taken as if the directory were the root.
function withoutWrapper(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const slash = entries[0]?.path.indexOf('/') ?? -1;
  const top = slash < 0 ? entries[0]?.path : entries[0]?.path.slice(0, slash);
  if (top === undefined) return entries;
  const inside = `${top}/`;
  let hasPackage = false;
  for (const entry of entries) {
    if (entry.path === `${top}/package.json` && entry.kind === 'file') hasPackage = true;
    if (!entry.path.startsWith(inside) && (entry.path !== top || entry.kind !== 'directory')) return entries;
  }
  if (!hasPackage) return entries;
  return entries
    .filter((entry) => entry.path !== top)
    .map((entry) => ({ ...entry, path: entry.path.slice(inside.length) }));
}

function addImpliedDirectories(byPath: Map<string, ArchiveEntry>, limits: ArtifactLimits): void {
  for (const path of Array.from(byPath.keys())) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      const existing = byPath.get(parent);
      if (existing?.kind === 'directory') break;
      if (existing !== undefined) refuseParent(existing, path);
      byPath.set(parent, {
        path: parent,
        kind: 'directory',
        executable: true,
        size: 0,
        target: '',
        source: -1,
      });
      checkEntryCount(byPath.size, limits);
    }
  }
  checkEntryCount(byPath.size, limits);
}

function refuseParent(parent: TreeEntry, path: string): never {
  if (parent.kind === 'symlink') {
    throw new ArtifactRejectedError(
      'unsafe_entry',
      `'${printable(path)}' would be written through the symbolic link '${printable(parent.path)}'`,
    );
  }
  throw new ArtifactRejectedError(
    'duplicate_path',
    `'${printable(parent.path)}' is a file and also the directory of '${printable(path)}'`,
  );
}

function checkReserved(byPath: ReadonlyMap<string, TreeEntry>): void {
  for (const path of byPath.keys()) {
    if (/^\.kiln(\/|$)/i.test(path)) {
      throw new ArtifactRejectedError(
        'unsafe_path',
        `'${printable(path)}' lies in '.kiln', which is reserved for what the bake adds`,
      );
    }
  }
}

function checkCollisions(paths: Iterable<string>): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const key = foldedPath(path);
    const other = seen.get(key);
    if (other !== undefined) {
      throw new ArtifactRejectedError(
        'duplicate_path',
        `'${printable(other)}' and '${printable(path)}' are the same file on systems that ignore case, Unicode form or trailing dots and spaces`,
      );
    }
    seen.set(key, path);
  }
}

function foldedPath(path: string): string {
  const composed = /^\p{ASCII}*$/u.test(path) ? path : path.normalize('NFC').toUpperCase();
  const folded = composed.toLowerCase();
  return /[. ](\/|$)/.test(folded) ? folded.replaceAll(/([^/])[. ]+(?=\/|$)/g, '$1') : folded;
}
