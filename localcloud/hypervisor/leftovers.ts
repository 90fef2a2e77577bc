import { readFileSync, readdirSync } from 'node:fs';
import { sep } from 'node:path';

const commandLineOf = (pid: number): string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
};

/** Processes of machines whose folder is below `machinesDir`, found by their command lines. */
export const findLeftovers = (machinesDir: string): number[] => {
  const prefix = machinesDir.endsWith(sep) ? machinesDir : machinesDir + sep;
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid) || pid === process.pid) return false;
      const [program = '', ...rest] = commandLineOf(pid);
      const isEmulator = /(^|\/)(qemu-system-[^/]+|setpriv)$/.test(program);
      return isEmulator && rest.some((argument) => argument.includes(prefix.replaceAll(',', ',,')));
    });
};

/**
 * Ends machines that an earlier local cloud left behind in `machinesDir`; returns their process ids. Machines die with
 * their parent (`PR_SET_PDEATHSIG`), so this finds one only where that was not to be had.
 */
export const killLeftovers = (machinesDir: string): number[] =>
  findLeftovers(machinesDir).filter((pid) => {
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      return false;
    }
  });
