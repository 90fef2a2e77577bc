import { createHash } from 'node:crypto';
import type { Accelerator } from './accelerator.ts';
import type { DirectKernel } from './direct-kernel.ts';

/** The link-local network of QEMU's user networking; it holds EC2's metadata address, and needs no root. */
const GUEST_NETWORK = '169.254.0.0/16';
const FIRST_GUEST_ADDRESS = '169.254.10.10';
const METADATA_ADDRESS = '169.254.169.254';
/** Where a VPC's own resolver answers on EC2. */
const RESOLVER_ADDRESS = '169.254.169.253';
/** Read-only UEFI firmware of Debian's `ovmf`; each machine has a copy of the variables. */
export const OVMF_CODE = '/usr/share/OVMF/OVMF_CODE.fd';
export const OVMF_VARIABLES = '/usr/share/OVMF/OVMF_VARS.fd';

/** Descriptor on which QEMU speaks QMP: an inherited socket, so there is no path that could be too long or left behind. */
export const QMP_DESCRIPTOR = 3;

/** What the machine's only network is called in commands over QMP. */
export const NETWORK_BACKEND = 'n0';

/** All that QEMU's command line depends on. */
export interface QemuCommand {
  readonly name: string;
  readonly accelerator: Accelerator;
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** A qcow2 file that takes the guest's writes. */
  readonly overlayPath: string;
  readonly boot:
    | { readonly firmware: 'direct'; readonly kernel: DirectKernel }
    | { readonly firmware: 'bios' }
    | { readonly firmware: 'uefi'; readonly variablesPath: string };
  /** Port of the metadata service on 127.0.0.1; without it the guest finds none. */
  readonly metadataPort: number | undefined;
}

/** A MAC address that follows from the machine's name, with EC2's locally administered prefix. */
export const macAddressOf = (name: string): string => {
  const digest = createHash('sha256').update(name).digest();
  return ['02', ...[...digest.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
};

// QEMU reads a comma in an option's value as the end of it; a doubled one stands for itself.
const escapeValue = (value: string): string => value.replaceAll(',', ',,');

const processor = (accelerator: Accelerator): string[] =>
  accelerator === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host']
    : // String and vector instructions are slow to emulate: without them a boot takes a fifth less (PEERS.md, item 1).
      ['-accel', 'tcg,thread=multi', '-cpu', 'max,-erms,-fsrm,-avx,-avx2'];

const bootArguments = (boot: QemuCommand['boot']): string[] => {
  if (boot.firmware === 'bios') return [];
  if (boot.firmware === 'uefi') {
    const code = `if=pflash,format=raw,readonly=on,file=${OVMF_CODE}`;
    return ['-drive', code, '-drive', `if=pflash,format=raw,file=${escapeValue(boot.variablesPath)}`];
  }
  const { kernelPath, initrdPath, commandLine } = boot.kernel;
  const initrd = initrdPath === undefined ? [] : ['-initrd', initrdPath];
  return ['-kernel', kernelPath, ...initrd, '-append', commandLine];
};

const network = (metadataPort: number | undefined): string => {
  const user = `user,id=${NETWORK_BACKEND},net=${GUEST_NETWORK},dhcpstart=${FIRST_GUEST_ADDRESS},dns=${RESOLVER_ADDRESS}`;
  if (metadataPort === undefined) return user;
  // The `-cmd:` form runs one program per connection; the `-tcp:` form serves only one connection in a machine's life.
  return `${user},guestfwd=tcp:${METADATA_ADDRESS}:80-cmd:busybox nc 127.0.0.1 ${metadataPort}`;
};

/** QEMU's arguments for a machine; console on stdout, QMP on QMP_DESCRIPTOR. */
export const qemuArguments = (command: QemuCommand): string[] =>
  [
    ['-name', escapeValue(command.name), '-machine', 'q35'],
    processor(command.accelerator),
    ['-nodefaults', '-no-user-config', '-display', 'none'],
    ['-m', String(command.memoryMiB), '-smp', String(command.vcpus)],
    ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ['-chardev', `socket,id=qmp,fd=${QMP_DESCRIPTOR}`, '-mon', 'chardev=qmp,mode=control'],
    ['-drive', `file=${escapeValue(command.overlayPath)},format=qcow2,if=none,id=root,discard=unmap`],
    ['-device', 'virtio-blk-pci,drive=root'],
    ['-netdev', network(command.metadataPort)],
    // An option ROM is only for booting over the network and costs boot time.
    ['-device', `virtio-net-pci,netdev=${NETWORK_BACKEND},romfile=,mac=${macAddressOf(command.name)}`],
    bootArguments(command.boot),
  ].flat();
