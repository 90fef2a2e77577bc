import { open } from 'node:fs/promises';
import type { LocalBase } from '#bakery/base/ensure-base';
import { BLOCK_BYTES } from '#bakery/model';
import type { ChangedBlock } from '#bakery/model';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { baseKey } from '#pipeline/image/base-image';
import type { BaseImage } from '#pipeline/image/base-image';
import { uploadSnapshot } from '#pipeline/image/upload-snapshot';
import { TAG } from '#pipeline/tags';
import type { Connection } from '../connection.ts';
import { STACK_NAME } from '../stack.ts';

const readBlocks = async function* (
  { diskPath, manifest }: LocalBase,
  signal: AbortSignal | undefined,
): AsyncIterable<ChangedBlock> {
  const disk = await open(diskPath, 'r');
  try {
    for (const [index, sha256] of manifest.blocks) {
      signal?.throwIfAborted();
      const data = Buffer.alloc(BLOCK_BYTES);
      await disk.read(data, 0, BLOCK_BYTES, index * BLOCK_BYTES);
      yield { index, sha256, data };
    }
  } finally {
    await disk.close();
  }
};

/**
 * Stores the base's disk as a snapshot, once per base and account, and writes down where it is: every bake starts
 * there. Returns whether anything had to be uploaded.
 */
export const publishBase = async (
  base: LocalBase,
  bucket: string,
  connection: Connection,
  signal?: AbortSignal,
): Promise<boolean> => {
  const { manifest } = base;
  const documents = createDocumentStore(connection.s3, bucket);
  const published = await documents.read<BaseImage>(baseKey(manifest.name));
  if (published?.manifest.digest === manifest.digest) return false;
  const { snapshotId } = await uploadSnapshot(
    {
      clientToken: `base-${manifest.digest.replace('sha256:', '').slice(0, 32)}`,
      description: `Kiln base ${manifest.name}`,
      diskBytes: manifest.diskBytes,
      tags: [
        { Key: 'Name', Value: `kiln-base-${manifest.name}` },
        { Key: TAG.stack, Value: STACK_NAME },
        { Key: TAG.digest, Value: manifest.digest },
      ],
      blocks: readBlocks(base, signal),
    },
    { ebs: connection.ebs, ec2: connection.ec2, clock: systemClock },
  );
  const document: BaseImage = { manifest, snapshotId };
  await documents.update<BaseImage>(baseKey(manifest.name), () => document);
  return true;
};
