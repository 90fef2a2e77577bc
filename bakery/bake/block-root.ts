import { createHash } from 'node:crypto';
import { BLOCK_BYTES } from '../model.ts';

const HASH_BYTES = 32;

/** Lower-case hex SHA-256 of a block of zeros. */
export const ZERO_BLOCK_SHA256 = createHash('sha256').update(Buffer.alloc(BLOCK_BYTES)).digest('hex');

/**
 * The identity of a disk: `sha256:` and the SHA-256 over its blocks that are not all zeros, ascending, each as its index
 * (8 bytes, little-endian) and its SHA-256 (32 bytes). Blocks of zeros do not count, so that a disk and the same disk
 * with holes are one.
 */
export function blockRoot(blocks: Iterable<readonly [index: number, sha256: string]>): string {
  const root = createHash('sha256');
  const record = Buffer.alloc(8 + HASH_BYTES);
  let previous = -1;
  for (const [index, sha256] of blocks) {
    if (!(index > previous))
      throw new RangeError(`block ${index} comes after block ${previous}: not ascending`);
    previous = index;
    if (sha256 === ZERO_BLOCK_SHA256) continue;
    record.writeBigUInt64LE(BigInt(index));
    if (record.write(sha256, 8, 'hex') !== HASH_BYTES) {
      throw new TypeError(`'${sha256}' of block ${index} is not a SHA-256 in hex`);
    }
    root.update(record);
  }
  return `sha256:${root.digest('hex')}`;
}
