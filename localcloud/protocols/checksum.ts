import { createHash } from 'node:crypto';
import { AwsError } from '../errors.ts';
import type { Checksum } from './crc.ts';
import { createCrc32, createCrc32c, createCrc64Nvme } from './crc.ts';

/** Checksum algorithms of Amazon S3 by their names in headers (`x-amz-checksum-<name>`). */
export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'md5' | 'sha1' | 'sha256' | 'sha512';

const hash = (algorithm: string) => (): Checksum => {
  const state = createHash(algorithm);
  return {
    update: (bytes) => {
      state.update(bytes);
    },
    digest: () => state.digest(),
  };
};

const algorithms: Readonly<Record<ChecksumAlgorithm, () => Checksum>> = {
  crc32: createCrc32,
  crc32c: createCrc32c,
  crc64nvme: createCrc64Nvme,
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
};

const prefix = 'x-amz-checksum-';

/** The algorithm that a header or trailer carries a value of; undefined for other headers and unknown algorithms. */
export const algorithmOf = (header: string): ChecksumAlgorithm | undefined => {
  const name = header.toLowerCase();
  if (name === 'content-md5') return 'md5';
  const algorithm = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return Object.hasOwn(algorithms, algorithm) ? (algorithm as ChecksumAlgorithm) : undefined;
};

/** A fresh checksum. */
export const createChecksum = (algorithm: ChecksumAlgorithm): Checksum => algorithms[algorithm]();

/** Throws Amazon S3's BadDigest unless the base64 `expected` is the checksum's value. */
export const expectDigest = (algorithm: ChecksumAlgorithm, checksum: Checksum, expected: string): void => {
  if (checksum.digest().toString('base64') === expected) return;
  const name = algorithm === 'md5' ? 'Content-MD5' : algorithm.toUpperCase();
  throw new AwsError('BadDigest', `The ${name} you specified did not match the calculated checksum.`);
};
