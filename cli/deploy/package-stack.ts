import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockState, StateInUseError } from '#localcloud/state-lock';
import type { EnvironmentsFile } from '../environments-file.ts';
import { projectRoot } from '../home.ts';
import { digestOfFiles } from './digest-of-files.ts';
import { environmentsTemplate } from './environments-template.ts';
import { runOsls } from './run-osls.ts';

/** Folder with the lock. */
const TURN = 'turn';
const TURN_MILLISECONDS = 200;
const KEPT_MILLISECONDS = 86_400_000;
/** What the functions' zips are made from. */
const CODE = [
  'serverless.yml',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'functions',
  'pipeline',
  'bakery/artifact',
  'bakery/bake',
  'bakery/disk',
  'bakery/erofs',
  'bakery/model.ts',
];
/** What else gets into the template, beside the environments. */
const TEMPLATE = ['infrastructure', 'statemachines'];

/** The packaged stack: the templates and the functions' zips, as AWS gets them. */
export interface StackPackage {
  readonly directory: string;
  /** Digest of the sources it was made from. */
  readonly digest: string;
}

interface Packaging {
  readonly root: string;
  readonly file: EnvironmentsFile;
  /** Digest of the code. */
  readonly code: string;
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
}

const isPackaged = (directory: string): Promise<boolean> =>
  stat(join(directory, 'serverless-state.json')).then(
    () => true,
    () => false,
  );

/** Removes what nobody packaged for a day; what a process still needs of its package, it has deployed long ago. */
const removeOldPackages = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder)) {
    if (entry === TURN) continue;
    const path = join(folder, entry);
    const packagedAt = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    if (packagedAt < Date.now() - KEPT_MILLISECONDS) await rm(path, { recursive: true, force: true });
  }
};

/**
 * Waits for its turn: osls and its plugin keep their work in fixed folders of the project, so that two of them at once
 * delete each other's files and then fail or wait for ever.
 */
const takeTurn = async (folder: string, signal?: AbortSignal): Promise<() => void> => {
  for (;;) {
    try {
      return lockState(folder);
    } catch (error) {
      if (!(error instanceof StateInUseError)) throw error;
    }
    await sleep(TURN_MILLISECONDS, undefined, signal === undefined ? {} : { signal });
  }
};

/** Copies the zips of a package that was made from the same code; resolves to whether there is one. */
const copyZips = async ({ root, code }: Packaging, to: string): Promise<boolean> => {
  const folder = join(root, '.package');
  const name = (await readdir(folder)).find((entry) => entry.startsWith(`${code}-`));
  if (name === undefined) return false;
  const zips = (await readdir(join(folder, name))).filter((file) => file.endsWith('.zip'));
  for (const zip of zips) await copyFile(join(folder, name, zip), join(to, zip));
  return true;
};

/** Resolves to whether the code was the same all the time: a package of other code must not pass for this one's. */
const packageInto = async (packaging: Packaging): Promise<boolean> => {
  const { root, code, directory, signal } = packaging;
  const folder = `.package/building-${process.pid}`;
  const building = join(root, folder);
  // serverless-esbuild leaves a folder per function in the temporary folder.
  const scratch = `${building}-scratch`;
  try {
    await mkdir(scratch, { recursive: true });
    await mkdir(building, { recursive: true });
    const zipsAreThere = await copyZips(packaging, building);
    await runOsls({ root, folder, scratch, environmentsPath: packaging.file.path, zipsAreThere, signal });
    if ((await digestOfFiles('', root, CODE)) !== code) return false;
    await rename(building, directory);
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`packaging serverless.yml failed:\n${stdout}${stderr}`, { cause: error });
  } finally {
    for (const path of [building, scratch]) await rm(path, { recursive: true, force: true });
  }
};

/**
 * Packages `serverless.yml` with the file's environments, offline and without credentials, into `.package/<digest of the
 * code>-<digest of all sources>`; does nothing when these sources are packaged already, and takes the functions' zips from
 * a package of the same code, which no environment gets into. `signal` breaks off.
 */
export const packageStack = async (
  file: EnvironmentsFile,
  signal?: AbortSignal,
  root: string = projectRoot,
): Promise<StackPackage> => {
  const code = await digestOfFiles('', root, CODE);
  // Of the environments only what gets into the template: their rollouts are deployed as a document.
  const environments = JSON.stringify(environmentsTemplate(file.environments));
  const digest = await digestOfFiles(`${code} ${environments}`, root, TEMPLATE);
  const folder = join(root, '.package');
  const directory = join(folder, `${code}-${digest}`);
  if (await isPackaged(directory)) return { directory, digest };
  const done = await takeTurn(join(folder, TURN), signal);
  try {
    await removeOldPackages(folder);
    // Whoever had the turn before may have packaged the same sources.
    if ((await isPackaged(directory)) || (await packageInto({ root, file, code, directory, signal })))
      return { directory, digest };
  } finally {
    done();
  }
  return packageStack(file, signal, root);
};
