import { ArtifactRejectedError } from './artifact-rejected.ts';
import { printable } from './entry-path.ts';
import { followLinks } from './follow-links.ts';
import type { TreeEntry } from './tree.ts';

/** Refuses symbolic links that lead out of the root or in a circle; a link to nothing inside the root is harmless. */
export function checkSymlinks(byPath: ReadonlyMap<string, TreeEntry>): void {
  for (const entry of byPath.values()) {
    if (entry.kind === 'symlink') checkSymlink(entry, byPath);
  }
}

function checkSymlink(link: TreeEntry, byPath: ReadonlyMap<string, TreeEntry>): void {
  if (link.target === '' || link.target.includes('\0')) refuse(link, 'has an empty or broken target');
  if (link.target.startsWith('/')) refuse(link, 'points to an absolute path');
  const destination = followLinks(byPath, '', link.path);
  if (destination.kind === 'outside') refuse(link, 'leaves the root of the archive');
  if (destination.kind === 'endless') refuse(link, 'is a circle');
}

function refuse(link: TreeEntry, why: string): never {
  throw new ArtifactRejectedError(
    'unsafe_entry',
    `the symbolic link '${printable(link.path)}' to '${printable(link.target)}' ${why}`,
  );
}
