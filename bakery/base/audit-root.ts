import { lstat, open, readdir } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

/** Files of a root that break a promise of the machine. */
export class RootAuditError extends Error {
  override readonly name = 'RootAuditError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the root file system breaks ${problems.length} rules: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** The C library's loader: the kernel starts every dynamic program through it. */
const LOADER = '/lib64/ld-linux-x86-64.so.2';

/**
 * Refuses a root file system with anything to run besides the given programs: no shell, no package manager, no setuid
 * file, no device, nothing that others may write.
 */
export async function auditRoot(root: string, programs: readonly string[]): Promise<void> {
  const allowed = new Set([...programs, LOADER]);
  const problems: string[] = [];
  for (const entry of (await readdir(root, { recursive: true })).toSorted()) {
    const path = `/${entry}`;
    const stats = await lstat(join(root, entry));
    if (stats.isSymbolicLink()) continue;
    problems.push(...problemsOfMode(path, stats));
    if (stats.isFile() && !allowed.has(path) && (await isProgram(join(root, entry), stats))) {
      problems.push(`'${path}' is a program, allowed are ${[...allowed].join(' and ')}`);
    }
  }
  if (problems.length > 0) throw new RootAuditError(problems);
}

function problemsOfMode(path: string, stats: Stats): string[] {
  const problems: string[] = [];
  if (!stats.isFile() && !stats.isDirectory()) problems.push(`'${path}' is neither a file nor a directory`);
  if ((stats.mode & 0o6000) !== 0) problems.push(`'${path}' is setuid or setgid`);
  if ((stats.mode & 0o002) !== 0) problems.push(`'${path}' may be written by everyone`);
  return problems;
}

/** An executable bit, a script's first line, or an ELF file that is not a shared library. */
async function isProgram(path: string, stats: Stats): Promise<boolean> {
  if ((stats.mode & 0o111) !== 0) return true;
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.subarray(0, bytesRead).toString('latin1');
    return start.startsWith('#!') || (start === '\x7fELF' && !/\.so(\.[0-9]+)*$/u.test(path));
  } finally {
    await file.close();
  }
}
