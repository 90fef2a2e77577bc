import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes the entries of a folder that nothing stored owns: what a crash left between a file and its record. */
export const removeUnowned = async (
  folder: string,
  isOwned: (name: string) => boolean,
): Promise<string[]> => {
  const names = await readdir(folder).catch(() => []);
  const unowned = names.filter((name) => !isOwned(name));
  for (const name of unowned) await rm(join(folder, name), { recursive: true, force: true });
  return unowned;
};
