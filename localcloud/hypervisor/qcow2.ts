import { stat, writeFile } from 'node:fs/promises';

const CLUSTER_BITS = 16;
const CLUSTER_BYTES = 1 << CLUSTER_BITS;
const HEADER_BYTES = 104;
const RAW_FORMAT_EXTENSION = 0xe2792aca;

/**
 * The bytes of an empty qcow2 (version 3) overlay over the raw image `backingPath`: header, refcounts and an empty L1
 * table. Written here because `qemu-img` is a Debian package of its own. Format: QEMU docs/interop/qcow2.txt.
 */
export const emptyOverlay = (backingPath: string, diskBytes: number): Buffer => {
  const backing = Buffer.from(backingPath);
  if (backing.length > 1023) {
    throw new Error(`the path of a backing disk takes ${backing.length} bytes, qcow2 allows 1023`);
  }
  const bytesPerL1Entry = CLUSTER_BYTES * (CLUSTER_BYTES / 8);
  const l1Entries = Math.max(1, Math.ceil(diskBytes / bytesPerL1Entry));
  const l1Clusters = Math.ceil((l1Entries * 8) / CLUSTER_BYTES);
  const usedClusters = 3 + l1Clusters;
  const image = Buffer.alloc(usedClusters * CLUSTER_BYTES);

  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(3, 4);
  image.writeUInt32BE(backing.length, 16);
  image.writeUInt32BE(CLUSTER_BITS, 20);
  image.writeBigUInt64BE(BigInt(diskBytes), 24);
  image.writeUInt32BE(l1Entries, 36);
  image.writeBigUInt64BE(BigInt(3 * CLUSTER_BYTES), 40);
  image.writeBigUInt64BE(BigInt(CLUSTER_BYTES), 48);
  image.writeUInt32BE(1, 56);
  image.writeUInt32BE(4, 96);
  image.writeUInt32BE(HEADER_BYTES, 100);

  // The format must be named: QEMU refuses to guess it, because a raw disk's guest could then choose its own format.
  image.writeUInt32BE(RAW_FORMAT_EXTENSION, HEADER_BYTES);
  image.writeUInt32BE(3, HEADER_BYTES + 4);
  image.write('raw', HEADER_BYTES + 8, 'latin1');
  const backingOffset = HEADER_BYTES + 24;
  image.writeBigUInt64BE(BigInt(backingOffset), 8);
  backing.copy(image, backingOffset);

  image.writeBigUInt64BE(BigInt(2 * CLUSTER_BYTES), CLUSTER_BYTES);
  for (let cluster = 0; cluster < usedClusters; cluster++) {
    image.writeUInt16BE(1, 2 * CLUSTER_BYTES + 2 * cluster);
  }
  return image;
};

/** Creates an overlay at `overlayPath` that keeps what is written on top of the raw disk `backingPath`. */
export const createOverlay = async (overlayPath: string, backingPath: string): Promise<void> => {
  const { size } = await stat(backingPath);
  await writeFile(overlayPath, emptyOverlay(backingPath, size), { flag: 'wx' });
};
