/** Which FAT to build; the number of clusters decides the kind, so each is as small as its kind allows. */
export type FatKind = 12 | 16 | 32;

const SECTOR_BYTES = 512;
const CLUSTERS: Readonly<Record<FatKind, number>> = { 12: 100, 16: 5000, 32: 66_000 };

const entry = (name: string, cluster: number, size: number, folder: boolean): Buffer => {
  const [stem = '', extension = ''] = name.split('.');
  const raw = Buffer.alloc(32);
  raw.write(stem.padEnd(8) + extension.padEnd(3), 0, 'latin1');
  raw.writeUInt8(folder ? 0x10 : 0x20, 11);
  raw.writeUInt16LE(cluster >> 16, 20);
  raw.writeUInt16LE(cluster & 0xffff, 26);
  raw.writeUInt32LE(size, 28);
  return raw;
};

/**
 * Builds a FAT file system with one-sector clusters and the file `EFI/BOOT/BOOTX64.EFI`, whose clusters lie apart, after a
 * deleted entry and a long-name entry that a reader has to skip.
 */
export const fatImage = (kind: FatKind, content: Buffer): Buffer => {
  const clusters = CLUSTERS[kind];
  const fatSectors = Math.ceil(((clusters + 2) * kind) / 8 / SECTOR_BYTES);
  const rootSectors = kind === 32 ? 0 : 1;
  const reserved = kind === 32 ? 32 : 1;
  const dataSector = reserved + fatSectors + rootSectors;
  const image = Buffer.alloc((dataSector + clusters) * SECTOR_BYTES);
  image.writeUInt16LE(SECTOR_BYTES, 11);
  image.writeUInt8(1, 13);
  image.writeUInt16LE(reserved, 14);
  image.writeUInt8(1, 16);
  image.writeUInt16LE(rootSectors * 16, 17);
  if (dataSector + clusters < 65_536 && kind !== 32) image.writeUInt16LE(dataSector + clusters, 19);
  else image.writeUInt32LE(dataSector + clusters, 32);
  if (kind === 32) {
    image.writeUInt32LE(fatSectors, 36);
    image.writeUInt32LE(2, 44);
  } else {
    image.writeUInt16LE(fatSectors, 22);
  }

  const fat = image.subarray(reserved * SECTOR_BYTES, (reserved + fatSectors) * SECTOR_BYTES);
  const link = (cluster: number, next: number): void => {
    if (kind === 32) fat.writeUInt32LE(next >>> 0, cluster * 4);
    else if (kind === 16) fat.writeUInt16LE(next & 0xffff, cluster * 2);
    else {
      const at = Math.floor(cluster * 1.5);
      const pair = fat.readUInt16LE(at);
      const value =
        cluster % 2 === 0 ? (pair & 0xf000) | (next & 0xfff) : (pair & 0xf) | ((next & 0xfff) << 4);
      fat.writeUInt16LE(value, at);
    }
  };
  const END = 0x0fffffff;
  const put = (cluster: number, data: Buffer): void => {
    data.copy(image, (dataSector + cluster - 2) * SECTOR_BYTES);
  };

  const deleted = entry('OLD', 9, 1, false);
  deleted.writeUInt8(0xe5, 0);
  const longName = Buffer.alloc(32, 0x41);
  longName.writeUInt8(0x0f, 11);
  const root = Buffer.concat([deleted, longName, entry('EFI', 3, 0, true)]);
  if (kind === 32) {
    put(2, root);
    link(2, END);
  } else {
    root.copy(image, (reserved + fatSectors) * SECTOR_BYTES);
  }
  put(3, entry('BOOT', 4, 0, true));
  link(3, END);
  const pieces = Math.ceil(content.length / SECTOR_BYTES);
  const clusterOf = (piece: number): number => 10 + piece * 2;
  put(4, entry('BOOTX64.EFI', clusterOf(0), content.length, false));
  link(4, END);
  for (let piece = 0; piece < pieces; piece++) {
    put(clusterOf(piece), content.subarray(piece * SECTOR_BYTES, (piece + 1) * SECTOR_BYTES));
    link(clusterOf(piece), piece === pieces - 1 ? END : clusterOf(piece + 1));
  }
  return image;
};
