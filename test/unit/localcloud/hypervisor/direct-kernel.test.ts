import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { extractDirectKernel } from '#localcloud/hypervisor/direct-kernel';
import { bzImageOf, elfKernel } from './bz-image.ts';
import { fatImage } from './fat-image.ts';
import type { FatKind } from './fat-image.ts';
import { ukiImage } from './uki-image.ts';

const ESP_TYPE = Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kernel-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A disk with a partition table of two entries, the second one the ESP. */
const aDisk = (esp: Buffer): string => {
  const table = Buffer.alloc(2048);
  table.write('EFI PART', 512, 'latin1');
  table.writeBigUInt64LE(2n, 512 + 72);
  table.writeUInt32LE(4, 512 + 80);
  table.writeUInt32LE(128, 512 + 84);
  Buffer.alloc(16, 7).copy(table, 1024);
  ESP_TYPE.copy(table, 1024 + 128);
  table.writeBigUInt64LE(4n, 1024 + 128 + 32);
  table.writeBigUInt64LE(BigInt(4 + esp.length / 512 - 1), 1024 + 128 + 40);
  const path = join(dir, 'disk.raw');
  writeFileSync(path, Buffer.concat([table, esp]));
  return path;
};

const uki = ukiImage({ '.linux': 'the kernel', '.initrd': 'the initramfs', '.cmdline': 'quiet\n\0' });

describe('a kernel taken out of a disk', () => {
  test.each([12, 16, 32] as FatKind[])('comes out of a fragmented file on FAT%d', async (kind) => {
    const kernel = await extractDirectKernel(aDisk(fatImage(kind, uki)), join(dir, 'cache'));
    expect(readFileSync(kernel?.kernelPath ?? '', 'utf8')).toBe('the kernel');
    expect(readFileSync(kernel?.initrdPath ?? '', 'utf8')).toBe('the initramfs');
    expect(kernel?.commandLine).toMatch(/^quiet nokaslr /);
  });

  test('is kept uncompressed when it can be booted so', async () => {
    const vmlinux = elfKernel();
    const bzImage = bzImageOf(gzipSync(vmlinux)).toString('latin1');
    const disk = aDisk(fatImage(12, ukiImage({ '.linux': bzImage, '.cmdline': 'quiet' })));
    const kernel = await extractDirectKernel(disk, join(dir, 'cache'));
    expect(kernel?.kernelPath).toMatch(/\.vmlinux$/);
    expect(readFileSync(kernel?.kernelPath ?? '')).toEqual(vmlinux);
  });

  test('is kept once for all disks that carry the same', async () => {
    const disk = aDisk(fatImage(12, uki));
    const first = await extractDirectKernel(disk, join(dir, 'cache'));
    expect(await extractDirectKernel(disk, join(dir, 'cache'))).toEqual(first);
    expect(readdirSync(join(dir, 'cache'))).toHaveLength(2);
  });

  test('is not there on a disk without partitions, or with another boot loader', async () => {
    const blank = join(dir, 'blank.raw');
    writeFileSync(blank, Buffer.alloc(4096));
    expect(await extractDirectKernel(blank, join(dir, 'cache'))).toBeUndefined();
    const loader = aDisk(fatImage(12, ukiImage({ '.text': 'code' })));
    expect(await extractDirectKernel(loader, join(dir, 'cache'))).toBeUndefined();
  });
});
