import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFatFile } from './fat.ts';
import { findEfiSystemPartition } from './gpt-reader.ts';
import { parseUki } from './uki.ts';

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
 */
const LAPTOP_PARAMETERS =
  'nokaslr mitigations=off cryptomgr.notests tsc=reliable no_timer_check 8250.nr_uarts=1 noresume ' +
  'rcupdate.rcu_expedited=1 loglevel=0 random.trust_cpu=on init_on_alloc=0';

const writeOnce = async (path: string, data: Uint8Array): Promise<void> => {
  if (existsSync(path)) return;
  const partial = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(partial, data);
  await rename(partial, path);
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
    if (image === undefined || uki === undefined) return undefined;
    const digest = createHash('sha256').update(image).digest('hex');
    await mkdir(cacheDir, { recursive: true });
    const kernelPath = join(cacheDir, `${digest}.linux`);
    const initrdPath = uki.initrd === undefined ? undefined : join(cacheDir, `${digest}.initrd`);
    await writeOnce(kernelPath, uki.kernel);
    if (uki.initrd !== undefined && initrdPath !== undefined) await writeOnce(initrdPath, uki.initrd);
    return { kernelPath, initrdPath, commandLine: `${uki.commandLine} ${LAPTOP_PARAMETERS}` };
  } finally {
    await disk.close();
  }
};
