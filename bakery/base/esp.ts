import { cp, mkdir, readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ESP_BYTES, ESP_OFFSET_BYTES, KERNEL_COMMAND_LINE } from './base-recipe.ts';
import { runTool, SOURCE_DATE_EPOCH } from './run-tool.ts';

/** What goes onto the EFI system partition. */
export interface EspInput {
  readonly ukiPath: string;
  readonly kernelPath: string;
  readonly initramfsPath: string;
  /** Unpacked `syslinux-common`. */
  readonly syslinuxRoot: string;
  /** Empty directory for working files. */
  readonly workDir: string;
  readonly outputPath: string;
  readonly signal?: AbortSignal | undefined;
}

const SYSLINUX_CONFIGURATION = `DEFAULT kiln
PROMPT 0
LABEL kiln
  LINUX /vmlinuz
  INITRD /initrd
  APPEND ${KERNEL_COMMAND_LINE}
`;

/**
 * Makes the EFI system partition: the unified kernel image where UEFI looks for it, and syslinux with the same kernel for
 * BIOS. Everything that a FAT could take from the clock or from chance is fixed.
 */
export async function buildEsp(input: EspInput): Promise<void> {
  const { outputPath, workDir, signal } = input;
  const tree = join(workDir, 'esp');
  await writeTree(tree, input);
  await writeFile(outputPath, '');
  await truncate(outputPath, ESP_BYTES);
  // Hidden sectors (-h): where the boot sector finds its partition on the disk.
  const hidden = String(ESP_OFFSET_BYTES / 512);
  const options = ['-F', '32', '-s', '1', '-n', 'KILN', '--invariant', '-h', hidden];
  await runTool('mkfs.vfat', [...options, outputPath], { signal });
  // First, so that syslinux' loader lies at the same place whatever else is there.
  await runTool('syslinux', ['--install', outputPath], { signal });
  const names = (await readdir(tree)).toSorted().map((name) => join(tree, name));
  await runTool('mcopy', ['-i', outputPath, '-s', '-m', ...names, '::/'], { signal });
}

async function writeTree(tree: string, input: EspInput): Promise<void> {
  await mkdir(join(tree, 'EFI/BOOT'), { recursive: true });
  await mkdir(join(tree, 'syslinux'));
  await cp(input.ukiPath, join(tree, 'EFI/BOOT/BOOTX64.EFI'));
  await cp(input.kernelPath, join(tree, 'vmlinuz'));
  await cp(input.initramfsPath, join(tree, 'initrd'));
  const loader = join(input.syslinuxRoot, 'usr/lib/syslinux/modules/bios/ldlinux.c32');
  await cp(loader, join(tree, 'syslinux/ldlinux.c32'));
  await writeFile(join(tree, 'syslinux/syslinux.cfg'), SYSLINUX_CONFIGURATION);
  for (const path of await readdir(tree, { recursive: true })) {
    await utimes(join(tree, path), SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH);
  }
}
