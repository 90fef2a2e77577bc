import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalBase } from '#bakery/base/ensure-base';
import { bake } from '#bakery/bake/bake';
import { writeDisk } from '#bakery/bake/write-disk';

const execute = promisify(execFile);

/** Bakes an artifact of the given files (path to text) onto the base and returns the path of the disk. */
export async function bakeTestDisk(
  base: LocalBase,
  files: Readonly<Record<string, string>>,
  workDir: string,
): Promise<string> {
  const artifactDir = join(workDir, 'artifact');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(artifactDir, path)), { recursive: true });
    await writeFile(join(artifactDir, path), text);
  }
  const artifactPath = join(workDir, 'artifact.tgz');
  await execute('tar', ['-czf', artifactPath, '-C', artifactDir, '.']);
  const image = await bake({ artifactPath, base: base.manifest, workDir });
  const diskPath = join(workDir, 'disk.raw');
  try {
    await writeDisk(image, base.diskPath, diskPath);
  } finally {
    await image.dispose();
  }
  return diskPath;
}
