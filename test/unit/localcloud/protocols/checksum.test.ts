import { describe, expect, test } from '@jest/globals';
import type { ChecksumAlgorithm } from '#localcloud/protocols/checksum';
import { algorithmOf, createChecksum, expectDigest } from '#localcloud/protocols/checksum';

// The check values that the CRC catalogue gives for the text '123456789'; hashes from RFC 1321 and FIPS 180.
const known: readonly (readonly [ChecksumAlgorithm, string])[] = [
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
  ['md5', '25f9e794323b453885f5181f1b624d0b'],
  ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
];

describe('createChecksum', () => {
  test.each(known)('%s of 123456789 is %s, in any pieces', (algorithm, hex) => {
    const checksum = createChecksum(algorithm);
    for (const piece of ['1', '2345', '', '6789']) checksum.update(Buffer.from(piece));
    expect(checksum.digest().toString('hex')).toBe(hex);
  });
});

describe('expectDigest', () => {
  test('reports the algorithm of a checksum that does not fit', () => {
    expect(() => expectDigest('crc32c', createChecksum('crc32c'), 'AAAAAQ==')).toThrow(
      'The CRC32C you specified did not match the calculated checksum.',
    );
  });
});

describe('algorithmOf', () => {
  test.each([
    ['x-amz-checksum-crc32', 'crc32'],
    ['X-Amz-Checksum-SHA256', 'sha256'],
    ['content-md5', 'md5'],
    ['x-amz-checksum-type', undefined],
    ['x-amz-checksum-constructor', undefined],
    ['content-type', undefined],
  ])('of %s is %s', (header, algorithm) => {
    expect(algorithmOf(header)).toBe(algorithm);
  });
});
