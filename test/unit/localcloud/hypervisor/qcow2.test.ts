import { describe, expect, test } from '@jest/globals';
import { emptyOverlay } from '#localcloud/hypervisor/qcow2';

describe('an empty qcow2 overlay', () => {
  test('names its backing disk and the disk’s size and format', () => {
    const image = emptyOverlay('/disks/a.raw', 1_073_741_824);
    const offset = Number(image.readBigUInt64BE(8));
    expect(image.toString('latin1', 0, 4)).toBe('QFI\xfb');
    expect(image.readUInt32BE(4)).toBe(3);
    expect(image.toString('utf8', offset, offset + image.readUInt32BE(16))).toBe('/disks/a.raw');
    expect(image.readBigUInt64BE(24)).toBe(1_073_741_824n);
    expect(image.toString('latin1', 112, 115)).toBe('raw');
  });

  test('counts each of its own clusters once, also with a large L1 table', () => {
    for (const diskBytes of [1, 2 ** 30, 64 * 2 ** 40]) {
      const image = emptyOverlay('/a', diskBytes);
      const clusters = image.length / 65_536;
      const refcounts = Array.from({ length: clusters + 1 }, (_, index) =>
        image.readUInt16BE(131_072 + 2 * index),
      );
      expect(refcounts).toEqual([...Array.from({ length: clusters }, () => 1), 0]);
      expect(image.readUInt32BE(36) * 8).toBeLessThanOrEqual((clusters - 3) * 65_536);
    }
  });

  test('refuses a path that qcow2 cannot hold', () => {
    expect(() => emptyOverlay(`/${'a'.repeat(1023)}`, 1)).toThrow('takes 1024 bytes, qcow2 allows 1023');
  });
});
