import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lockState, StateInUseError } from '#localcloud/state-lock';
import type { EnvironmentsFile } from '../environments-file.ts';
import { projectRoot } from '../home.ts';
import { environmentsTemplate } from './environments-template.ts';

const run = promisify(execFile);
const PACKAGE_TIMEOUT_MILLISECONDS = 300_000;
/** Folder with the lock. */
const TURN = 'turn';
const TURN_MILLISECONDS = 200;
const KEPT_MILLISECONDS = 86_400_000;
const SOURCES = [
  'serverless.yml',
  'cli/deploy/environments-template.ts',
  'package-lock.json',
  'infrastructure',
  'statemachines',
  'functions',
  'pipeline',
  'bakery/artifact',
  'bakery/bake',
  'bakery/disk',
  'bakery/erofs',
  'bakery/model.ts',
];

/** The packaged stack: the templates and the functions' zips, as AWS gets them. */
export interface StackPackage {
  readonly directory: string;
  /** Digest of the sources it was made from. */
  readonly digest: string;
}

const filesBelow = async (path: string): Promise<string[]> => {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** Of the environments only what gets into the template: their rollouts are deployed as a document. */
const digestOfSources = async ({ environments }: EnvironmentsFile): Promise<string> => {
  const hash = createHash('sha256');
  hash.update(`${JSON.stringify(environmentsTemplate(environments))}\0`);
  for (const source of SOURCES) {
    for (const path of (await filesBelow(join(projectRoot, source))).toSorted()) {
      hash.update(`${relative(projectRoot, path)}\0`).update(await readFile(path));
    }
  }
  return hash.digest('hex').slice(0, 16);
};

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

/** Runs osls, which is stopped when it takes too long. */
const runOsls = async (
  folder: string,
  scratch: string,
  { path }: EnvironmentsFile,
  signal?: AbortSignal,
): Promise<void> => {
  const packaging = run(
    process.execPath,
    [join(projectRoot, 'node_modules/osls/bin/serverless.js'), 'package', '--package', folder],
    // Offline: dummy keys keep the SDK from looking for real ones.
    {
      cwd: projectRoot,
      timeout: PACKAGE_TIMEOUT_MILLISECONDS,
      ...(signal === undefined ? {} : { signal }),
      env: {
        ...process.env,
        CI: 'true',
        TMPDIR: scratch,
        KILN_ENVIRONMENTS: path,
        AWS_ACCESS_KEY_ID: 'none',
        AWS_SECRET_ACCESS_KEY: 'none',
      },
    },
  );
  // It waits for ever on a standard input that stays open.
  packaging.child.stdin?.end();
  await packaging;
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

const packageInto = async (
  directory: string,
  file: EnvironmentsFile,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const building = `.package/building-${process.pid}`;
  // serverless-esbuild leaves a folder per function in the temporary folder.
  const scratch = join(projectRoot, `${building}-scratch`);
  await mkdir(scratch, { recursive: true });
  try {
    await runOsls(building, scratch, file, signal);
    await rename(join(projectRoot, building), directory);
  } catch (error) {
    await rm(join(projectRoot, building), { recursive: true, force: true });
    signal?.throwIfAborted();
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`packaging serverless.yml failed:\n${stdout}${stderr}`, { cause: error });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

/**
 * Packages `serverless.yml` with the file's environments, offline and without credentials, into `.package/<digest of the
 * sources>`; does nothing when these sources are packaged already. `signal` breaks off.
 */
export const packageStack = async (file: EnvironmentsFile, signal?: AbortSignal): Promise<StackPackage> => {
  const digest = await digestOfSources(file);
  const folder = join(projectRoot, '.package');
  const directory = join(folder, digest);
  if (await isPackaged(directory)) return { directory, digest };
  const done = await takeTurn(join(folder, TURN), signal);
  try {
    // Whoever had the turn before may have packaged the same sources.
    if (!(await isPackaged(directory))) await packageInto(directory, file, signal);
    await removeOldPackages(folder);
  } finally {
    done();
  }
  return { directory, digest };
};
