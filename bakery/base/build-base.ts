import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { blockRoot } from '../bake/block-root.ts';
import type { BaseInput, BaseManifest } from '../model.ts';
import { auditRoot } from './audit-root.ts';
import { writeBaseDisk } from './base-disk.ts';
import { BASE_PACKAGES, DISK_GUID, NODE_PATH, RUNTIME_EROFS_UUID } from './base-recipe.ts';
import { compileInit } from './compile-init.ts';
import { fetchDebianPackages, resolveKernelPackage } from './debian-packages.ts';
import { buildEsp } from './esp.ts';
import { buildInitramfs } from './initramfs.ts';
import { buildKernelImage, findKernel } from './kernel-image.ts';
import { findNodePackage } from './node-package.ts';
import { runTool, SOURCE_DATE_EPOCH } from './run-tool.ts';
import { buildRuntimeRoot } from './runtime-root.ts';

/** Steps of building a base, in their order. */
export type BaseStep = 'packages' | 'init' | 'runtime' | 'kernel-image' | 'boot-partition' | 'disk';

/** Where a base goes and what it may keep. */
export interface BuildBaseInput {
  /** Receives `base.raw` and `base.json`; must not exist yet. */
  readonly outDir: string;
  /** Keeps package files from one build to the next. */
  readonly cacheDir: string;
  readonly onProgress?: ((step: BaseStep) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the base: kernel, init and Node on a disk that boots by UEFI and BIOS. The folder appears complete or not at
 * all; the same packages and sources give the same bytes. Throws an `ENOTEMPTY`/`EEXIST` error when `outDir` is there.
 */
export async function buildBase(input: BuildBaseInput): Promise<BaseManifest> {
  await mkdir(dirname(input.outDir), { recursive: true });
  const workDir = await mkdtemp(`${input.outDir}.building-`);
  try {
    const result = join(workDir, 'result');
    await mkdir(result);
    const manifest = await buildInto(result, workDir, input);
    await writeFile(join(result, 'base.json'), `${JSON.stringify(manifest)}\n`);
    input.signal?.throwIfAborted();
    await rename(result, input.outDir);
    return manifest;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function buildInto(result: string, workDir: string, input: BuildBaseInput): Promise<BaseManifest> {
  const { signal } = input;
  const step = (name: BaseStep): void => {
    signal?.throwIfAborted();
    input.onProgress?.(name);
  };
  step('packages');
  const node = await findNodePackage();
  const { roots, inputs, kernelRoot } = await unpackPackages(workDir, input);

  step('init');
  const initPath = join(workDir, 'init');
  await compileInit(initPath, signal);
  const initramfsPath = join(workDir, 'initrd');
  const initramfs = await buildInitramfs({ kernelRoot, initPath, workDir: join(workDir, 'modules'), signal });
  await writeFile(initramfsPath, initramfs);

  step('runtime');
  const runtimeRoot = join(workDir, 'runtime');
  await buildRuntimeRoot({
    nodePath: node.binaryPath,
    libraryRoots: [roots('libc6'), roots('libstdc++6'), roots('libgcc-s1')],
    certificatesRoot: roots('ca-certificates'),
    root: runtimeRoot,
    signal,
  });
  await auditRoot(runtimeRoot, [NODE_PATH]);
  const runtimePath = join(workDir, 'runtime.erofs');
  const erofsOptions = ['--quiet', `-T${SOURCE_DATE_EPOCH}`, `-U${RUNTIME_EROFS_UUID}`, '--all-root'];
  await runTool('mkfs.erofs', [...erofsOptions, runtimePath, runtimeRoot], { signal });

  step('kernel-image');
  const kernelPath = await findKernel(kernelRoot);
  const ukiPath = join(workDir, 'uki.efi');
  const stubRoot = roots('systemd-boot-efi');
  await buildKernelImage({ stubRoot, kernelPath, initramfsPath, workDir, outputPath: ukiPath, signal });

  step('boot-partition');
  const espPath = join(workDir, 'esp.img');
  const syslinuxRoot = roots('syslinux-common');
  await buildEsp({ ukiPath, kernelPath, initramfsPath, syslinuxRoot, workDir, outputPath: espPath, signal });

  step('disk');
  const bootCode = await readFile(join(syslinuxRoot, 'usr/lib/syslinux/mbr/gptmbr.bin'));
  const disk = await writeBaseDisk({ espPath, runtimePath, bootCode, outputPath: join(result, 'base.raw') });
  return {
    manifestVersion: 1,
    name: `node${node.version.split('.')[0]}`,
    architecture: 'x86_64',
    digest: blockRoot(disk.blocks),
    diskGuid: DISK_GUID,
    diskBytes: disk.diskBytes,
    bootCode: Buffer.concat([bootCode, Buffer.alloc(440)])
      .subarray(0, 440)
      .toString('base64'),
    partitions: disk.partitions,
    appOffsetBytes: disk.appOffsetBytes,
    blocks: disk.blocks,
    runtimePath: NODE_PATH,
    inputs: [...inputs, { name: node.name, version: node.version, sha256: node.sha256 }],
  };
}

interface UnpackedPackages {
  /** Folder of an unpacked package. */
  readonly roots: (name: string) => string;
  readonly kernelRoot: string;
  readonly inputs: readonly BaseInput[];
}

async function unpackPackages(workDir: string, input: BuildBaseInput): Promise<UnpackedPackages> {
  const { cacheDir, signal } = input;
  const kernel = await resolveKernelPackage({ signal });
  const packages = await fetchDebianPackages({ cacheDir, names: [kernel, ...BASE_PACKAGES], signal });
  const roots = (name: string): string => join(workDir, 'packages', name);
  await Promise.all(
    packages.map(async ({ name, path }) => {
      await mkdir(roots(name), { recursive: true });
      await runTool('dpkg-deb', ['--extract', path, roots(name)], { signal });
    }),
  );
  const inputs = packages.map(({ name, version, sha256 }) => ({ name, version, sha256 }));
  return { roots, kernelRoot: roots(kernel), inputs };
}
