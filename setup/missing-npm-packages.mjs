// Plain JavaScript that Node 20 understands: it runs before the npm install has brought Node 24.

/**
 * Folders of packages that the lock file has and the installation lacks or has otherwise. npm writes what it installed
 * to `node_modules/.package-lock.json` when it is done, so an install that was cut short lacks everything.
 * @param {import('./missing-npm-packages.d.mts').LockFile} lock
 * @param {import('./missing-npm-packages.d.mts').LockFile | undefined} installed
 */
export const missingNpmPackages = (lock, installed) =>
  Object.entries(lock.packages)
    .filter(([folder, wanted]) => folder !== '' && !wanted.optional)
    .filter(([folder, wanted]) => {
      const found = installed?.packages[folder];
      return found?.version !== wanted.version || found?.integrity !== wanted.integrity;
    })
    .map(([folder]) => folder);
