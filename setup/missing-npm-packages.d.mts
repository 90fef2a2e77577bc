/** What set-up reads of `package-lock.json` and of npm's record of what it installed. */
export interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string; readonly optional?: boolean }>
  >;
}

/** Folders of packages that the lock file has and the installation lacks or has otherwise; optional ones are left out. */
export declare const missingNpmPackages: (lock: LockFile, installed: LockFile | undefined) => string[];
