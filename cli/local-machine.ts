import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packDirectory } from '#bakery/artifact/pack-directory';
import { bake } from '#bakery/bake/bake';
import { writeDisk } from '#bakery/bake/write-disk';
import type { LocalBase } from '#bakery/base/ensure-base';
import type { AppDescription } from '#bakery/model';

/** A disk that was baked on this host, outside of any cloud. */
export interface LocalDisk {
  readonly directory: string;
  readonly diskPath: string;
  readonly app: AppDescription;
  readonly digest: string;
  remove(): Promise<void>;
}

/** A folder is packed first; a zip or tgz is taken as it is. */
const toArchive = async (path: string, directory: string): Promise<string> => {
  if (!(await stat(path)).isDirectory()) return path;
  const archive = join(directory, 'artifact.zip');
  await writeFile(archive, await packDirectory(path));
  return archive;
};

/** Bakes an artifact (zip, tgz or a folder) into a disk of its own folder under `home`. @throws ArtifactRejectedError */
export const bakeLocalDisk = async (
  artifactPath: string,
  base: LocalBase,
  home: string,
): Promise<LocalDisk> => {
  const parent = join(home, 'run');
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'run-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const archive = await toArchive(artifactPath, directory);
    const baked = await bake({ artifactPath: archive, base: base.manifest, workDir: directory });
    const diskPath = join(directory, 'disk.raw');
    try {
      await writeDisk(baked, base.diskPath, diskPath);
    } finally {
      await baked.dispose();
    }
    return { directory, diskPath, app: baked.app, digest: baked.digest, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
