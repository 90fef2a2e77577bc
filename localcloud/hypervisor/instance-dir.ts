import { join } from 'node:path';

/** The names of the files in a machine's folder. */
export interface InstanceFiles {
  /** What the guest wrote to its serial console, at least the last 64 KiB. */
  readonly console: string;
  /** Process id of the emulator, decimal. */
  readonly pid: string;
  /** What the guest changed on its disk: a qcow2 overlay. */
  readonly overlay: string;
  /** The machine's own UEFI variables. */
  readonly uefiVariables: string;
}

/** Names the files of the machine whose folder is `dir`. */
export const instanceFiles = (dir: string): InstanceFiles => ({
  console: join(dir, 'console.log'),
  pid: join(dir, 'pid'),
  overlay: join(dir, 'disk.qcow2'),
  uefiVariables: join(dir, 'uefi-variables.fd'),
});
