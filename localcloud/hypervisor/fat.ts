import type { FileHandle } from 'node:fs/promises';
import { readExactly } from './gpt-reader.ts';
import type { Extent } from './gpt-reader.ts';

const DIRECTORY_ENTRY_BYTES = 32;
const ATTRIBUTE_LONG_NAME = 0x0f;
const ATTRIBUTE_VOLUME = 0x08;
const FILE_LIMIT_BYTES = 512 * 1_048_576;

interface Geometry {
  readonly kind: 12 | 16 | 32;
  readonly clusterBytes: number;
  readonly fat: Buffer;
  /** Offset of cluster 2 from the start of the disk. */
  readonly dataOffset: number;
  readonly clusters: number;
  /** FAT12 and FAT16 keep the root folder outside the clusters. */
  readonly fixedRoot: Extent | undefined;
  readonly rootCluster: number;
}

interface Entry {
  readonly name: string;
  readonly cluster: number;
  readonly sizeBytes: number;
}

/** Reads a file out of a FAT12, FAT16 or FAT32 file system by its 8.3 path, any case; undefined when there is none. */
export const readFatFile = async (
  file: FileHandle,
  partition: Extent,
  path: readonly string[],
): Promise<Buffer | undefined> => {
  const geometry = await readGeometry(file, partition);
  let folder = geometry.fixedRoot
    ? await readExactly(file, geometry.fixedRoot.offsetBytes, geometry.fixedRoot.lengthBytes)
    : await readChain(file, geometry, geometry.rootCluster);
  let entry: Entry | undefined;
  for (const [depth, name] of path.entries()) {
    entry = findEntry(folder, name);
    if (entry === undefined) return undefined;
    if (depth < path.length - 1) folder = await readChain(file, geometry, entry.cluster);
  }
  if (entry === undefined) return undefined;
  return (await readChain(file, geometry, entry.cluster, entry.sizeBytes)).subarray(0, entry.sizeBytes);
};

async function readGeometry(file: FileHandle, partition: Extent): Promise<Geometry> {
  const boot = await readExactly(file, partition.offsetBytes, 512);
  const sectorBytes = boot.readUInt16LE(11);
  const clusterSectors = boot.readUInt8(13);
  if (![512, 1024, 2048, 4096].includes(sectorBytes) || clusterSectors === 0) {
    throw new Error('the EFI system partition holds no FAT file system');
  }
  const reserved = boot.readUInt16LE(14);
  const fatCount = boot.readUInt8(16);
  const rootEntries = boot.readUInt16LE(17);
  const sectors = boot.readUInt16LE(19) || boot.readUInt32LE(32);
  const fatSectors = boot.readUInt16LE(22) || boot.readUInt32LE(36);
  const rootSectors = Math.ceil((rootEntries * DIRECTORY_ENTRY_BYTES) / sectorBytes);
  const dataSector = reserved + fatCount * fatSectors + rootSectors;
  const clusters = Math.floor((sectors - dataSector) / clusterSectors);
  // The cluster count alone decides the kind; the label in the boot sector is only a comment (Microsoft FAT spec 1.03).
  const kind = clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32;
  return {
    kind,
    clusters,
    clusterBytes: clusterSectors * sectorBytes,
    fat: await readExactly(file, partition.offsetBytes + reserved * sectorBytes, fatSectors * sectorBytes),
    dataOffset: partition.offsetBytes + dataSector * sectorBytes,
    rootCluster: kind === 32 ? boot.readUInt32LE(44) : 0,
    fixedRoot:
      kind === 32
        ? undefined
        : {
            offsetBytes: partition.offsetBytes + (dataSector - rootSectors) * sectorBytes,
            lengthBytes: rootSectors * sectorBytes,
          },
  };
}

function nextCluster({ kind, fat }: Geometry, cluster: number): number {
  if (kind === 32) return fat.readUInt32LE(cluster * 4) & 0x0fff_ffff;
  if (kind === 16) return fat.readUInt16LE(cluster * 2);
  const pair = fat.readUInt16LE(Math.floor(cluster * 1.5));
  return cluster % 2 === 0 ? pair & 0xfff : pair >> 4;
}

async function readChain(
  file: FileHandle,
  geometry: Geometry,
  firstCluster: number,
  limitBytes = FILE_LIMIT_BYTES,
): Promise<Buffer> {
  const runs: { first: number; count: number }[] = [];
  let bytes = 0;
  let cluster = firstCluster;
  while (cluster >= 2 && cluster < geometry.clusters + 2 && bytes < limitBytes) {
    const run = runs.at(-1);
    if (run !== undefined && run.first + run.count === cluster) run.count += 1;
    else runs.push({ first: cluster, count: 1 });
    bytes += geometry.clusterBytes;
    if (bytes > FILE_LIMIT_BYTES) throw new Error('a file of the EFI system partition is over 512 MiB');
    cluster = nextCluster(geometry, cluster);
  }
  const pieces = await Promise.all(
    runs.map(({ first, count }) =>
      readExactly(
        file,
        geometry.dataOffset + (first - 2) * geometry.clusterBytes,
        count * geometry.clusterBytes,
      ),
    ),
  );
  return Buffer.concat(pieces);
}

function findEntry(folder: Buffer, name: string): Entry | undefined {
  for (let offset = 0; offset + DIRECTORY_ENTRY_BYTES <= folder.length; offset += DIRECTORY_ENTRY_BYTES) {
    const raw = folder.subarray(offset, offset + DIRECTORY_ENTRY_BYTES);
    const first = raw.readUInt8(0);
    if (first === 0) return undefined;
    const attributes = raw.readUInt8(11);
    if (first === 0xe5 || attributes === ATTRIBUTE_LONG_NAME || (attributes & ATTRIBUTE_VOLUME) !== 0)
      continue;
    const stem = raw.toString('latin1', 0, 8).trimEnd();
    const extension = raw.toString('latin1', 8, 11).trimEnd();
    const found = extension === '' ? stem : `${stem}.${extension}`;
    if (found.toUpperCase() !== name.toUpperCase()) continue;
    return {
      name: found,
      cluster: (raw.readUInt16LE(20) << 16) | raw.readUInt16LE(26),
      sizeBytes: raw.readUInt32LE(28),
    };
  }
  return undefined;
}
