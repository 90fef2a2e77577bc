import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { PutSnapshotBlockCommandInput, PutSnapshotBlockResponse } from '@aws-sdk/client-ebs';
import { BLOCK_BYTES, GIB_BYTES } from '../../snapshots/snapshot.ts';
import type { EbsDeps } from './deps.ts';
import { findSnapshot } from './deps.ts';
import { validation } from './errors.ts';

/** The block's bytes, from the wire as a stream and from another service as they are. */
export type PutBlockInput = Omit<PutSnapshotBlockCommandInput, 'BlockData'> & { readonly BlockData: unknown };

const readBody = async (body: unknown): Promise<Uint8Array> => {
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as Readable) {
    const bytes = chunk as Uint8Array;
    length += bytes.length;
    if (length > BLOCK_BYTES) break;
    chunks.push(bytes);
  }
  if (length > BLOCK_BYTES) throw validation('INVALID_BLOCK', `A block is ${BLOCK_BYTES} bytes, got more`);
  return Buffer.concat(chunks);
};

/** Writes one block of a pending snapshot; writing an index again replaces the block. */
export const putSnapshotBlock = async (
  input: PutBlockInput,
  deps: EbsDeps,
): Promise<PutSnapshotBlockResponse> => {
  const data = await readBody(input.BlockData);
  const snapshot = findSnapshot(deps, input.SnapshotId);
  if (snapshot.status !== 'pending' || snapshot.sealed) {
    throw validation(
      'INVALID_SNAPSHOT_ID',
      `The snapshot '${snapshot.snapshotId}' is not in the pending state`,
    );
  }
  const index = input.BlockIndex ?? -1;
  const blocks = (snapshot.volumeSizeGiB * GIB_BYTES) / BLOCK_BYTES;
  if (!Number.isInteger(index) || index < 0 || index >= blocks) {
    throw validation('INVALID_BLOCK', `BlockIndex must be 0 to ${blocks - 1}, got ${index}`);
  }
  if (input.ChecksumAlgorithm !== 'SHA256') {
    throw validation('INVALID_PARAMETER_VALUE', 'ChecksumAlgorithm must be SHA256');
  }
  if (input.DataLength !== BLOCK_BYTES || data.length !== BLOCK_BYTES) {
    throw validation('INVALID_BLOCK', `A block is ${BLOCK_BYTES} bytes, got ${data.length}`);
  }
  const checksum = createHash('sha256').update(data).digest('base64');
  if (checksum !== input.Checksum) {
    throw validation('INVALID_BLOCK', 'The checksum of the block does not match the Checksum that was sent');
  }
  await deps.snapshots.putBlock(snapshot.snapshotId, index, checksum, data);
  return { Checksum: checksum, ChecksumAlgorithm: 'SHA256' };
};
