import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

const filesBelow = async (path: string): Promise<string[]> => {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** Digest, 16 hex digits, of a text and of the names and contents of the files in and below these paths of `root`. */
export const digestOfFiles = async (
  text: string,
  root: string,
  paths: readonly string[],
): Promise<string> => {
  const hash = createHash('sha256').update(`${text}\0`);
  for (const path of paths)
    for (const file of (await filesBelow(join(root, path))).toSorted())
      hash.update(`${relative(root, file)}\0`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
};
