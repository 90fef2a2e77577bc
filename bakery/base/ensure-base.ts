import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseManifest } from '../model.ts';
import { buildBase } from './build-base.ts';
import type { BaseStep } from './build-base.ts';
import { findNodeVersion } from './node-package.ts';

/** A base on this host. */
export interface LocalBase {
  /** Folder of the base. */
  readonly directory: string;
  /** The base's disk, sparse, not to be written to. */
  readonly diskPath: string;
  readonly manifest: BaseManifest;
}

/** Where bases are kept on this host. */
export interface EnsureBaseInput {
  /** Kiln's folder; bases go to `bases/<key>`, Debian packages to `cache/packages`. */
  readonly home: string;
  readonly onProgress?: ((step: BaseStep) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const RECIPE = ['../base', '../guest', '../disk', '../bake/block-root.ts'];

/**
 * Returns this host's base and builds it when there is none for the present recipe. Two callers at once may build it
 * twice; the first to finish provides it to both.
 */
export async function ensureBase(input: EnsureBaseInput): Promise<LocalBase> {
  const { home, onProgress, signal } = input;
  const directory = join(home, 'bases', await baseKey());
  const existing = await readBase(directory);
  if (existing !== undefined) return existing;
  try {
    await buildBase({ outDir: directory, cacheDir: join(home, 'cache/packages'), onProgress, signal });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
  const built = await readBase(directory);
  if (built === undefined) throw new Error(`base '${directory}' has no base.json, needed: remove the folder`);
  return built;
}

/**
 * Key of the base that the present sources make: a digest of the recipe's files and Node's version. A newer Debian
 * package alone does not change it: remove the folder to build with the newest packages.
 */
export async function baseKey(): Promise<string> {
  const hash = createHash('sha256').update((await findNodeVersion()).version);
  for (const part of RECIPE) {
    const top = join(import.meta.dirname, part);
    for (const path of await filesBelow(top)) {
      const content = await readFile(path);
      hash.update(`${part}${path.slice(top.length)} ${content.length}\n`).update(content);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesBelow(top: string): Promise<string[]> {
  if ((await stat(top)).isFile()) return [top];
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}

async function readBase(directory: string): Promise<LocalBase | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, 'base.json'), 'utf8')) as BaseManifest;
    return { directory, diskPath: join(directory, 'base.raw'), manifest };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
