import { readFileSync } from 'node:fs';

const UNKNOWN = 4_096;

/** How many files and connections this process may have open (`RLIMIT_NOFILE`); 4,096 where the system does not tell. */
export const openFileLimit = (): number => {
  try {
    const found = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found === null ? UNKNOWN : Number(found[1]);
  } catch {
    return UNKNOWN;
  }
};
