import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';

const LIBRARY_DIRECTORIES = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu', 'lib64'];

/** The shared libraries that programs need, directly and through each other: name to path of the file. */
export async function resolveSharedLibraries(
  programs: readonly string[],
  extraNames: readonly string[],
  packageRoots: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const wanted = [...extraNames];
  for (const program of programs) wanted.push(...(await neededLibraries(program)));
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (found.has(name)) continue;
    const path = await findLibrary(name, packageRoots);
    found.set(name, path);
    wanted.push(...(await neededLibraries(path)));
  }
  return new Map([...found].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

async function neededLibraries(path: string): Promise<string[]> {
  const dynamic = await runTool('readelf', ['--dynamic', path]);
  return [...dynamic.matchAll(/\(NEEDED\)\s+Shared library: \[([^\]]+)\]/gu)].map(([, name]) => name ?? '');
}

async function findLibrary(name: string, packageRoots: readonly string[]): Promise<string> {
  for (const root of packageRoots) {
    for (const directory of LIBRARY_DIRECTORIES) {
      const path = join(root, directory, name);
      if (await exists(path)) return path;
    }
  }
  throw new Error(`shared library '${name}' is in none of the base's packages`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
