import { readWhole } from './tree.ts';
import type { FileTree } from './tree.ts';

/** An npm package that the artifact carries. */
export interface ArtifactPackage {
  readonly name: string;
  readonly version: string;
}

// What npm writes down of an installation, the more exact first.
const LOCK_FILES = ['node_modules/.package-lock.json', 'package-lock.json'];
const MAX_LOCK_BYTES = 16 * 1_048_576;

interface LockFile {
  readonly packages?: Readonly<Record<string, { readonly version?: unknown; readonly name?: unknown }>>;
}

const parse = (text: string): LockFile => {
  try {
    return JSON.parse(text) as LockFile;
  } catch {
    return {};
  }
};

/**
 * The npm packages in the artifact's `node_modules`, by name and version, as npm's lock file tells them. Empty without a
 * lock file: the list is for the bill of materials, and an artifact is not refused for it.
 */
export async function listPackages(tree: FileTree): Promise<ArtifactPackage[]> {
  const lock = LOCK_FILES.map((path) => tree.entries.find((entry) => entry.path === path)).find(
    (entry) => entry?.kind === 'file' && entry.size <= MAX_LOCK_BYTES,
  );
  if (lock === undefined) return [];
  const { packages = {} } = parse((await readWhole(tree, lock)).toString('utf8'));
  const present = new Set(tree.entries.map(({ path }) => path));
  const found = new Map<string, ArtifactPackage>();
  for (const [path, { name = path.split('node_modules/').at(-1), version }] of Object.entries(packages)) {
    if (!present.has(path) || typeof name !== 'string' || typeof version !== 'string') continue;
    found.set(`${name}@${version}`, { name, version });
  }
  return [...found.keys()].toSorted().map((key) => found.get(key) ?? { name: key, version: '' });
}
