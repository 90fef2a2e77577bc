import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KERNEL_COMMAND_LINE } from './base-recipe.ts';
import { buildUki } from './uki.ts';

/** What goes into the kernel image. */
export interface KernelImageInput {
  /** Unpacked `systemd-boot-efi`. */
  readonly stubRoot: string;
  readonly kernelPath: string;
  readonly initramfsPath: string;
  /** Empty directory for working files. */
  readonly workDir: string;
  readonly outputPath: string;
  readonly signal?: AbortSignal | undefined;
}

/** Path of the kernel in an unpacked kernel package. */
export async function findKernel(kernelRoot: string): Promise<string> {
  const boot = join(kernelRoot, 'boot');
  const name = (await readdir(boot)).find((entry) => entry.startsWith('vmlinuz-'));
  if (name === undefined) throw new Error(`kernel package has no vmlinuz in '${boot}'`);
  return join(boot, name);
}

/**
 * Makes Kiln's unified kernel image. Who boots the kernel directly takes it from the sections `.linux`, `.initrd` and
 * `.cmdline`, so that it is the same kernel as on the disk.
 */
export async function buildKernelImage(input: KernelImageInput): Promise<void> {
  const osReleasePath = join(input.workDir, 'os-release');
  const commandLinePath = join(input.workDir, 'cmdline');
  await writeFile(osReleasePath, 'NAME="Kiln"\nID=kiln\nPRETTY_NAME="Kiln machine"\n');
  await writeFile(commandLinePath, KERNEL_COMMAND_LINE);
  const files = [
    { name: '.osrel', path: osReleasePath },
    { name: '.cmdline', path: commandLinePath },
    { name: '.linux', path: input.kernelPath },
    { name: '.initrd', path: input.initramfsPath },
  ];
  const sections = await Promise.all(
    files.map(async (file) => ({ ...file, bytes: (await stat(file.path)).size })),
  );
  await buildUki({
    stubPath: join(input.stubRoot, 'usr/lib/systemd/boot/efi/linuxx64.efi.stub'),
    sections,
    outputPath: input.outputPath,
    signal: input.signal,
  });
}
