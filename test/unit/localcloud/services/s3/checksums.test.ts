import { describe, expect, test } from '@jest/globals';
import {
  requestedAlgorithm,
  startChecksum,
  verifyChecksum,
  verifyContentMd5,
} from '#localcloud/services/s3/checksums';
import type { Algorithm } from '#localcloud/services/s3/checksums';

const hexOf = (algorithm: Algorithm, ...chunks: readonly string[]): string => {
  const checksum = startChecksum(algorithm);
  for (const chunk of chunks) checksum.update(Buffer.from(chunk));
  return Buffer.from(checksum.value(), 'base64').toString('hex');
};

describe('checksums', () => {
  // Check values of the catalogue of parametrised CRC algorithms.
  test.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['MD5', '25f9e794323b453885f5181f1b624d0b'],
  ] as const)('%s of "123456789" is the published check value, whole or in pieces', (algorithm, expected) => {
    expect(hexOf(algorithm, '123456789')).toBe(expected);
    expect(hexOf(algorithm, '1', '2345', '', '6789')).toBe(expected);
  });

  test('takes the algorithm from a value before a name', () => {
    expect(requestedAlgorithm({ ChecksumSHA256: 'x', ChecksumAlgorithm: 'CRC32' })).toBe('SHA256');
    expect(requestedAlgorithm({ ChecksumAlgorithm: 'CRC64NVME' })).toBe('CRC64NVME');
    expect(requestedAlgorithm({})).toBeUndefined();
  });

  test('refuses two values and an algorithm that is not computed', () => {
    expect(() => requestedAlgorithm({ ChecksumSHA1: 'x', ChecksumCRC32: 'y' })).toThrow('Expecting a single');
    expect(() => requestedAlgorithm({ ChecksumAlgorithm: 'XXHASH64' })).toThrow('not implemented');
  });

  test('tells a malformed value from a wrong one', () => {
    expect(() => verifyChecksum({ ChecksumCRC32: 'AAAA' }, 'CRC32', 'y/Q5Jg==')).toThrow(
      'Value for x-amz-checksum-crc32 header is invalid.',
    );
    expect(() => verifyChecksum({ ChecksumCRC32: 'AAAAAA==' }, 'CRC32', 'y/Q5Jg==')).toThrow(
      expect.objectContaining({ code: 'BadDigest' }),
    );
    expect(() => verifyContentMd5('bm8=', 'd41d8cd98f00b204e9800998ecf8427e')).toThrow(
      expect.objectContaining({ code: 'InvalidDigest' }),
    );
    expect(() =>
      verifyContentMd5('1B2M2Y8AsgTpgAmY7PhCfg==', 'd41d8cd98f00b204e9800998ecf8427e'),
    ).not.toThrow();
  });
});
