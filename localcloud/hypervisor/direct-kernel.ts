import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFatFile } from './fat.ts';
import { findEfiSystemPartition } from './gpt-reader.ts';
import { parseUki } from './uki.ts';
import { extractVmlinux } from './vmlinux.ts';

/** A kernel taken out of a disk, ready for QEMU's `-kernel`. */
export interface DirectKernel {
  readonly kernelPath: string;
  readonly initrdPath: string | undefined;
  readonly commandLine: string;
}

/**
 * Kernel parameters that only an emulator on a laptop wants: together they take a fifth off the boot under software
 * emulation (PEERS.md, cheap wins, item 4). EC2 boots with the image's own command line. `acpi=noirq` of that list is left
 * out: it takes message-signalled interrupts from the disk and the network card, and gained nothing in four pairs of boots.
 * `noreplace-smp` saves the rewriting of every lock for a machine with one processor.
 */
const LAPTOP_PARAMETERS =
  'nokaslr mitigations=off noreplace-smp cryptomgr.notests tsc=reliable no_timer_check 8250.nr_uarts=1 noresume ' +
  'rcupdate.rcu_expedited=1 loglevel=0 random.trust_cpu=on init_on_alloc=0';

const digestOf = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Writes what `make` gives unless it is there; a half-written file never has the name. */
const writeOnce = async (path: string, make: () => Uint8Array): Promise<string> => {
  if (existsSync(path)) return path;
  const partial = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(partial, make());
  await rename(partial, path);
  return path;
};

/** Keeps the kernel uncompressed where QEMU can boot it so, or as it is; which one it is depends on its bytes alone. */
const keepKernel = async (kernel: Buffer, cacheDir: string): Promise<string> => {
  const path = join(cacheDir, digestOf(kernel));
  const uncompressed = `${path}.vmlinux`;
  if (existsSync(uncompressed) || existsSync(`${path}.bzimage`))
    return existsSync(uncompressed) ? uncompressed : `${path}.bzimage`;
  const vmlinux = extractVmlinux(kernel);
  return vmlinux === undefined
    ? writeOnce(`${path}.bzimage`, () => kernel)
    : writeOnce(uncompressed, () => vmlinux);
};

/**
 * Reads `EFI/BOOT/BOOTX64.EFI` out of a disk's EFI system partition and keeps its kernel and initramfs under `cacheDir`,
 * named by digest. Undefined when the disk has no unified kernel image.
 */
export const extractDirectKernel = async (
  diskPath: string,
  cacheDir: string,
): Promise<DirectKernel | undefined> => {
  const disk = await open(diskPath, 'r');
  try {
    const partition = await findEfiSystemPartition(disk);
    if (partition === undefined) return undefined;
    const image = await readFatFile(disk, partition, ['EFI', 'BOOT', 'BOOTX64.EFI']);
    const uki = image === undefined ? undefined : parseUki(image);
    if (uki === undefined) return undefined;
    await mkdir(cacheDir, { recursive: true });
    const { initrd } = uki;
    return {
      kernelPath: await keepKernel(uki.kernel, cacheDir),
      initrdPath: initrd && (await writeOnce(join(cacheDir, `${digestOf(initrd)}.initrd`), () => initrd)),
      commandLine: `${uki.commandLine} ${LAPTOP_PARAMETERS}`,
    };
  } finally {
    await disk.close();
  }
};
