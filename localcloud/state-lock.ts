import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The state folder is in use by a process that is alive. */
export class StateInUseError extends Error {
  override readonly name = 'StateInUseError';
  readonly stateDir: string;
  readonly pid: string;

  constructor(stateDir: string, pid: string, cause: unknown) {
    super(`the state folder '${stateDir}' is in use by the local cloud with process id ${pid}`, { cause });
    this.stateDir = stateDir;
    this.pid = pid;
  }
}

const readPid = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
};

/**
 * Makes this process the only one on `stateDir` until the returned function is called. The lock is one that the kernel
 * holds (SQLite takes it with fcntl), so it is gone with its owner after `kill -9` or a reboot and cannot be stale.
 */
export const lockState = (stateDir: string): (() => void) => {
  mkdirSync(stateDir, { recursive: true });
  const pidPath = join(stateDir, 'state.pid');
  const lock = new DatabaseSync(join(stateDir, 'state.lock'));
  try {
    lock.exec('pragma busy_timeout = 0; begin exclusive');
  } catch (error) {
    lock.close();
    throw new StateInUseError(stateDir, readPid(pidPath), error);
  }
  writeFileSync(pidPath, `${process.pid}\n`);
  return () => lock.close();
};
