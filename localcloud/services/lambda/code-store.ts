import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackZip } from './unpack-zip.ts';
import type { FunctionCodeRef } from './model.ts';

/** Zips of functions by digest, and where they are unpacked. */
export interface CodeStore {
  /** Keeps a zip; it is on disk when the promise resolves. */
  save(zip: Uint8Array): Promise<FunctionCodeRef>;
  zipPath(sha256: string): string;
  /** Folder of the unpacked zip; unpacks once. */
  taskRoot(sha256: string): Promise<string>;
  /** Removes what no function needs. */
  retain(sha256: ReadonlySet<string>): Promise<void>;
}

const writeDurably = async (path: string, content: Uint8Array): Promise<void> => {
  const temporary = `${path}.part`;
  await writeFile(temporary, content);
  const file = await open(temporary, 'r');
  await file.sync();
  await file.close();
  await rename(temporary, path);
};

/** Code under `folder`: `zips/<sha256>.zip` and `tasks/<sha256>/`. */
export const openCodeStore = (folder: string): CodeStore => {
  const zips = join(folder, 'zips');
  const tasks = join(folder, 'tasks');
  const unpacking = new Map<string, Promise<string>>();
  const zipPath = (sha256: string): string => join(zips, `${sha256}.zip`);

  const unpack = async (sha256: string): Promise<string> => {
    const target = join(tasks, sha256);
    if (existsSync(target)) return target;
    // A kill half-way leaves a `.part` folder, never a half-unpacked task root.
    const temporary = `${target}.part`;
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await unpackZip(zipPath(sha256), temporary);
    await rename(temporary, target);
    return target;
  };

  return {
    save: async (zip) => {
      const sha256 = createHash('sha256').update(zip).digest('hex');
      await mkdir(zips, { recursive: true });
      if (!existsSync(zipPath(sha256))) await writeDurably(zipPath(sha256), zip);
      return { sha256, bytes: zip.byteLength };
    },
    zipPath,
    taskRoot: (sha256) => {
      const running = unpacking.get(sha256) ?? unpack(sha256);
      unpacking.set(sha256, running);
      return running.finally(() => unpacking.delete(sha256));
    },
    retain: async (kept) => {
      for (const parent of [zips, tasks]) {
        const entries = await readdir(parent).catch(() => []);
        const gone = entries.filter((entry) => !kept.has(entry.replace(/\.zip$/, '')));
        await Promise.all(gone.map((entry) => rm(join(parent, entry), { recursive: true, force: true })));
      }
    },
  };
};
