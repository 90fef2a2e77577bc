import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../home.ts';

const run = promisify(execFile);
const PACKAGE_TIMEOUT_MILLISECONDS = 120_000;
const SOURCES = [
  'serverless.yml',
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

const digestOfSources = async (): Promise<string> => {
  const hash = createHash('sha256');
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

/** Another process may have packaged the same sources meanwhile, and may be reading: then ours is the one to go. */
const moveInto = async (directory: string, building: string): Promise<void> => {
  try {
    await rename(building, directory);
  } catch (error) {
    if (!(await isPackaged(directory))) throw error;
    await rm(building, { recursive: true, force: true });
  }
};

/** Runs osls, which is stopped when it takes too long. */
const runOsls = async (folder: string, scratch: string, signal?: AbortSignal): Promise<void> => {
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
 * Packages `serverless.yml`, offline and without credentials, into `.package/<digest of the sources>`; does nothing
 * when these sources are packaged already. `signal` breaks off.
 */
export const packageStack = async (signal?: AbortSignal): Promise<StackPackage> => {
  const digest = await digestOfSources();
  const directory = join(projectRoot, '.package', digest);
  if (await isPackaged(directory)) return { directory, digest };
  const building = `.package/building-${process.pid}`;
  // serverless-esbuild leaves a folder per function in the temporary folder.
  const scratch = join(projectRoot, `${building}-scratch`);
  await mkdir(scratch, { recursive: true });
  try {
    await runOsls(building, scratch, signal).catch((error: unknown) => {
      // Seen once in some dozens of runs: esbuild leaves a build unanswered and osls waits for it for ever.
      const timedOut = (error as { killed?: boolean }).killed === true && signal?.aborted !== true;
      if (!timedOut) throw error;
      return runOsls(building, scratch, signal);
    });
    await moveInto(directory, join(projectRoot, building));
  } catch (error) {
    await rm(join(projectRoot, building), { recursive: true, force: true });
    signal?.throwIfAborted();
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`packaging serverless.yml failed:\n${stdout}${stderr}`, { cause: error });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { directory, digest };
};
