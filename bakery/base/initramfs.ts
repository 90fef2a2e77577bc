import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCpio } from './cpio.ts';
import type { CpioEntry } from './cpio.ts';
import { runTool } from './run-tool.ts';

/** Modules that init may load, as paths below `/lib/modules/<release>/kernel`; `modules.c` says which and when. */
const KERNEL_MODULES = [
  'drivers/virtio/virtio_ring',
  'drivers/virtio/virtio',
  'drivers/virtio/virtio_pci_modern_dev',
  'drivers/virtio/virtio_pci_legacy_dev',
  'drivers/virtio/virtio_pci',
  'drivers/block/virtio_blk',
  'net/core/failover',
  'drivers/net/net_failover',
  'drivers/net/virtio_net',
  'drivers/net/ethernet/amazon/ena/ena',
  'lib/libcrc32c',
  'fs/erofs/erofs',
  'drivers/input/evdev',
  'drivers/acpi/button',
] as const;

/** What goes into the initramfs. */
export interface InitramfsInput {
  /** Unpacked kernel package. */
  readonly kernelRoot: string;
  /** The statically linked init. */
  readonly initPath: string;
  /** Empty directory for working files. */
  readonly workDir: string;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the uncompressed initramfs: init, its kernel modules and a console; no other program. */
export async function buildInitramfs(input: InitramfsInput): Promise<Buffer> {
  await mkdir(input.workDir, { recursive: true });
  const entries: CpioEntry[] = [
    ...['dev', 'modules', 'proc', 'root', 'sys'].map((path) => ({ type: 'directory' as const, path })),
    // The kernel opens it for init before anything is mounted.
    { type: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    { type: 'file', path: 'init', mode: 0o755, data: await readFile(input.initPath) },
  ];
  const modulesRoot = join(input.kernelRoot, 'lib/modules');
  const [release] = await readdir(modulesRoot);
  for (const module of KERNEL_MODULES) {
    const name = `${module.split('/').at(-1)}.ko`;
    const stripped = join(input.workDir, name);
    const source = join(modulesRoot, release ?? '', 'kernel', `${module}.ko`);
    await runTool('objcopy', ['--strip-debug', source, stripped], { signal: input.signal });
    entries.push({ type: 'file', path: `modules/${name}`, mode: 0o644, data: await readFile(stripped) });
  }
  return writeCpio(entries);
}
