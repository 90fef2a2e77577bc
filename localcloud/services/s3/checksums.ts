import { createChecksum } from '../../protocols/checksum.ts';
import { badDigest, invalidDigest, invalidRequest, notImplementedHeader } from './errors.ts';

/** Checksum algorithms of Amazon S3 that are computed here; the XXHASH family is not. */
export type Algorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256' | 'SHA512' | 'MD5';

/** The member that carries an algorithm's value in inputs and outputs. */
export type ChecksumMember = `Checksum${Algorithm}`;

/** Checksum members as inputs and outputs have them. */
export type ChecksumMembers = { readonly [K in ChecksumMember]?: string | undefined };

/** A running checksum; `value` in base64. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  value(): string;
}

const bytesOf: Readonly<Record<Algorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
};

const algorithms = Object.keys(bytesOf) as Algorithm[];

/** Starts a checksum. */
export const startChecksum = (algorithm: Algorithm): RunningChecksum => {
  const checksum = createChecksum(algorithm.toLowerCase() as Lowercase<Algorithm>);
  return {
    update: (bytes) => {
      checksum.update(bytes);
    },
    value: () => checksum.digest().toString('base64'),
  };
};

const member = (algorithm: Algorithm): ChecksumMember => `Checksum${algorithm}`;

/** The algorithm named in a request (`x-amz-sdk-checksum-algorithm`), or undefined when none is. */
export const algorithmNamed = (name: string | undefined): Algorithm | undefined => {
  if (name === undefined) return undefined;
  const found = algorithms.find((algorithm) => algorithm === name.toUpperCase());
  if (found === undefined) throw notImplementedHeader({ Header: `x-amz-checksum-${name.toLowerCase()}` });
  return found;
};

/** The algorithm a request asks for: by a value, or by name alone. */
export const requestedAlgorithm = (
  input: ChecksumMembers & { readonly ChecksumAlgorithm?: string | undefined },
): Algorithm | undefined => {
  const given = algorithms.filter((algorithm) => input[member(algorithm)] !== undefined);
  if (given.length > 1) {
    throw invalidRequest(
      {},
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  return given[0] ?? algorithmNamed(input.ChecksumAlgorithm);
};

/** Throws when the request carries a checksum value that is malformed or not `actual`. */
export const verifyChecksum = (input: ChecksumMembers, algorithm: Algorithm, actual: string): void => {
  const claimed = input[member(algorithm)];
  if (claimed === undefined) return;
  const decoded = Buffer.from(claimed, 'base64');
  if (decoded.length !== bytesOf[algorithm] || decoded.toString('base64') !== claimed) {
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
    throw invalidRequest({}, `Value for ${header} header is invalid.`);
  }
  if (claimed !== actual) {
    throw badDigest({}, `The ${algorithm} you specified did not match the calculated checksum.`);
  }
};

/** Throws when `Content-MD5` is malformed or not the MD5 (hex) of what arrived. */
export const verifyContentMd5 = (claimed: string | undefined, md5: string): void => {
  if (claimed === undefined) return;
  const decoded = Buffer.from(claimed, 'base64');
  if (decoded.length !== 16 || decoded.toString('base64') !== claimed) throw invalidDigest();
  if (decoded.toString('hex') !== md5) {
    throw badDigest({ ExpectedDigest: decoded.toString('hex'), CalculatedDigest: md5 });
  }
};

/** The output member for a stored checksum: `{ ChecksumSHA256: '...' }`. */
export const checksumMember = (
  algorithm: Algorithm | undefined,
  value: string | null | undefined,
): ChecksumMembers =>
  algorithm === undefined || value === undefined || value === null ? {} : { [member(algorithm)]: value };
