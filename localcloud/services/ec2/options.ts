import type { Hypervisor } from '../../hypervisor/driver.ts';

/** When an instance boots through the firmware, as EC2 boots it, instead of straight into its kernel. */
export type FirmwareProof = 'first-boot' | 'never' | 'always';

/** How this local EC2 differs from the defaults. */
export interface Ec2Options {
  /** `first-boot`: the first instance of an image proves that the disk boots; the others save the firmware's time. */
  readonly firmwareProof: FirmwareProof;
  /** An instance gets its type's memory, but no more than this many MiB: a laptop holds several of them. */
  readonly memoryCapMiB: number;
  /** How long an instance has after its power button was pressed, in seconds. EC2 gives minutes. */
  readonly shutdownGraceSeconds: number;
  /** How long a terminated instance is still described, in milliseconds; about an hour on EC2. */
  readonly terminatedListedMilliseconds: number;
  /** For tests; QEMU otherwise. */
  readonly hypervisor?: Hypervisor;
}

const isFirmwareProof = (text: string | undefined): text is FirmwareProof =>
  text === 'first-boot' || text === 'never' || text === 'always';

/** The defaults, with `KILN_FIRMWARE` from the environment. */
export const defaultOptions = (environment: NodeJS.ProcessEnv = process.env): Ec2Options => {
  const firmware = environment['KILN_FIRMWARE'];
  return {
    firmwareProof: isFirmwareProof(firmware) ? firmware : 'first-boot',
    memoryCapMiB: 512,
    shutdownGraceSeconds: 10,
    terminatedListedMilliseconds: 60 * 60_000,
  };
};
