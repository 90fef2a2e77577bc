import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { probeAccelerator } from './accelerator.ts';
import type { Accelerator } from './accelerator.ts';
import { extractDirectKernel } from './direct-kernel.ts';
import { MachineLaunchError } from './driver.ts';
import type { Hypervisor, Machine, MachineSpec, MetadataHandler } from './driver.ts';
import { instanceFiles } from './instance-dir.ts';
import { serveMetadata } from './metadata-server.ts';
import { OVMF_VARIABLES, qemuArguments } from './qemu-command.ts';
import type { QemuCommand } from './qemu-command.ts';
import { attachMachine } from './qemu-machine.ts';
import { createOverlay } from './qcow2.ts';

/** Where the hypervisor keeps what all machines share. */
export interface QemuOptions {
  /** Folder for extracted kernels and the answer of the accelerator probe. */
  readonly cacheDir: string;
  /** Search path for programs; the process's own unless told. */
  readonly path?: string;
}

const QEMU = 'qemu-system-x86_64';

/** A guest that has not asked for metadata by then does not use it. */
const SILENT_GUEST_SECONDS = 30;

const findProgram = (name: string, searchPath: string): string => {
  for (const folder of searchPath.split(delimiter)) {
    const candidate = join(folder, name);
    if (folder !== '' && existsSync(candidate)) return candidate;
  }
  throw new MachineLaunchError(
    `cannot launch a machine: '${name}' is not installed (searched ${searchPath})`,
  );
};

type ReadKernel = (diskPath: string) => ReturnType<typeof extractDirectKernel>;

/** Takes kernels out of disks one after the other: machines launched at once need the same one, and it is unpacked once. */
const createKernelReader = (cacheDir: string): ReadKernel => {
  let last: Promise<unknown> = Promise.resolve();
  return (diskPath) => {
    const read = last.then(() => extractDirectKernel(diskPath, cacheDir));
    last = read.catch(() => undefined);
    return read;
  };
};

const prepareBoot = async (spec: MachineSpec, readKernel: ReadKernel): Promise<QemuCommand['boot']> => {
  if (spec.firmware === 'uefi') {
    const variablesPath = instanceFiles(spec.dir).uefiVariables;
    if (!existsSync(variablesPath)) await copyFile(OVMF_VARIABLES, variablesPath);
    return { firmware: 'uefi', variablesPath };
  }
  if (spec.firmware === 'bios') return { firmware: 'bios' };
  const kernel = await readKernel(spec.diskPath);
  return kernel === undefined ? { firmware: 'bios' } : { firmware: 'direct', kernel };
};

/** Learns from the guest's first request for metadata that it has an address. */
const watchNetwork = (
  handler: MetadataHandler | undefined,
): { up: Promise<void>; metadata: MetadataHandler | undefined } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (handler === undefined) resolve();
  else setTimeout(resolve, SILENT_GUEST_SECONDS * 1000).unref();
  return {
    up: promise,
    metadata:
      handler &&
      ((request) => {
        resolve();
        return handler(request);
      }),
  };
};

/**
 * QEMU starts under `setpriv --pdeathsig`, so that the kernel ends it when this process dies of a `kill -9`, and in a
 * process group of its own, so that Ctrl-C in a terminal reaches only us.
 */
const startProcess = (setpriv: string, qemu: string, command: QemuCommand, path: string): ChildProcess =>
  spawn(setpriv, ['--pdeathsig', 'KILL', qemu, ...qemuArguments(command)], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: path },
  });

/** Runs machines as QEMU processes, with hardware virtualisation where it works. */
export const createQemu = ({ cacheDir, path = process.env['PATH'] ?? '' }: QemuOptions): Hypervisor => {
  let probe: Promise<Accelerator> | undefined;
  const accelerate = (qemu: string): Promise<Accelerator> =>
    (probe ??= probeAccelerator(qemu, join(cacheDir, 'accelerator.json')));

  const readKernel = createKernelReader(join(cacheDir, 'kernels'));

  const launch = async (spec: MachineSpec): Promise<Machine> => {
    const qemu = findProgram(QEMU, path);
    const setpriv = findProgram('setpriv', path);
    if (spec.metadata !== undefined) findProgram('busybox', path);
    const files = instanceFiles(spec.dir);
    await mkdir(spec.dir, { recursive: true });
    if (!existsSync(files.overlay)) await createOverlay(files.overlay, spec.diskPath);
    const boot = await prepareBoot(spec, readKernel);
    const accelerator = await accelerate(qemu);

    const network = watchNetwork(spec.metadata);
    const metadata = network.metadata === undefined ? undefined : await serveMetadata(network.metadata);
    const child = startProcess(
      setpriv,
      qemu,
      {
        name: spec.id,
        accelerator,
        memoryMiB: spec.memoryMiB,
        vcpus: spec.vcpus,
        overlayPath: files.overlay,
        boot,
        metadataPort: metadata?.port,
      },
      path,
    );
    // Nothing may be awaited before the machine is attached: one that ends at once would end unseen.
    return attachMachine({
      child,
      spec,
      firmware: boot.firmware,
      onNetwork: network.up,
      release: () => metadata?.close(),
    });
  };

  return {
    launch,
    prepare: async () => {
      await accelerate(findProgram(QEMU, path));
    },
  };
};
