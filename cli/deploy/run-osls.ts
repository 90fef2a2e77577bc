import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE_TIMEOUT_MILLISECONDS = 300_000;

/** What osls packages, and where. */
export interface OslsRun {
  /** Folder with `serverless.yml`. */
  readonly root: string;
  /** Folder for the package, below the root. */
  readonly folder: string;
  /** Folder for temporary files, which osls leaves behind. */
  readonly scratch: string;
  readonly environmentsPath: string;
  /** Whether the folder has the functions' zips already, so that only the template is missing. */
  readonly zipsAreThere: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Runs `osls package`, offline and without credentials; it is stopped when it takes longer than 5 minutes. */
export const runOsls = async (input: OslsRun): Promise<void> => {
  const { root, folder, scratch, environmentsPath, zipsAreThere, signal } = input;
  const packaging = run(
    process.execPath,
    [join(root, 'node_modules/osls/bin/serverless.js'), 'package', '--package', folder],
    // Offline: dummy keys keep the SDK from looking for real ones.
    {
      cwd: root,
      timeout: PACKAGE_TIMEOUT_MILLISECONDS,
      ...(signal === undefined ? {} : { signal }),
      env: {
        ...process.env,
        CI: 'true',
        TMPDIR: scratch,
        KILN_ENVIRONMENTS: environmentsPath,
        KILN_ZIPS_ARE_THERE: String(zipsAreThere),
        AWS_ACCESS_KEY_ID: 'none',
        AWS_SECRET_ACCESS_KEY: 'none',
      },
    },
  );
  // It waits for ever on a standard input that stays open.
  packaging.child.stdin?.end();
  await packaging;
};
