import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { extractVmlinux } from '#localcloud/hypervisor/vmlinux';
import { bzImageOf, elfKernel } from './bz-image.ts';
import { lz4Legacy } from './lz4-frame.ts';

const sizeOf = (kernel: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(kernel.length);
  return size;
};

const compressions = {
  gzip: (kernel: Buffer) => gzipSync(kernel),
  zstd: (kernel: Buffer) => Buffer.concat([zstdCompressSync(kernel), sizeOf(kernel)]),
  lz4: (kernel: Buffer) => Buffer.concat([lz4Legacy(kernel), sizeOf(kernel)]),
};

describe('the kernel in a bzImage', () => {
  test.each(Object.entries(compressions))('comes out of %s', (_, compress) => {
    expect(extractVmlinux(bzImageOf(compress(elfKernel())))).toEqual(elfKernel());
  });

  test.each<[string, Buffer]>([
    ['a PVH entry', gzipSync(elfKernel('Xen\0', 6))],
    ['a note of Xen', gzipSync(elfKernel('GNU\0', 18))],
    ['an ELF file', gzipSync(Buffer.from('no kernel at all'))],
    ['all of its data', gzipSync(elfKernel()).subarray(0, -20)],
    ['a compression that is known', Buffer.concat([Buffer.from('BZh91AY&SY'), sizeOf(elfKernel())])],
    ['a believable size', Buffer.concat([lz4Legacy(elfKernel()), Buffer.from('ffffffff', 'hex')])],
  ])('stays where it is without %s', (_, payload) => {
    expect(extractVmlinux(bzImageOf(payload))).toBeUndefined();
  });

  test('is not looked for in what is no bzImage, an old one, or one cut short', () => {
    const image = bzImageOf(gzipSync(elfKernel()));
    expect(extractVmlinux(Buffer.from('MZ'))).toBeUndefined();
    expect(extractVmlinux(image.subarray(0, -101))).toBeUndefined();
    const old = Buffer.from(image);
    old.writeUInt16LE(0x207, 0x206);
    expect(extractVmlinux(old)).toBeUndefined();
  });
});
