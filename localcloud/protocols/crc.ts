import { crc32 as zlibCrc32 } from 'node:zlib';

/** A checksum that is fed piece by piece; the digest is big-endian, as Amazon S3 writes it in base64. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

const bigEndian32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

/** CRC-32 (ISO 3309). */
export const createCrc32 = (): Checksum => {
  let value = 0;
  return {
    update: (bytes) => {
      value = zlibCrc32(bytes, value);
    },
    digest: () => bigEndian32(value),
  };
};

const reflectedTable32 = (polynomial: number): Uint32Array =>
  Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });

const castagnoli = reflectedTable32(0x82f63b78);

/** CRC-32C (Castagnoli). */
export const createCrc32c = (): Checksum => {
  let value = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) value = (castagnoli[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
    },
    digest: () => bigEndian32(value ^ 0xffffffff),
  };
};

// Two halves of 32 bits: arithmetic on BigInt is a hundred times slower.
const nvmePolynomial = 0x9a6c9329ac4bc9b5n;
const nvmeHigh = new Uint32Array(256);
const nvmeLow = new Uint32Array(256);
for (let index = 0; index < 256; index += 1) {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ nvmePolynomial : value >> 1n;
  nvmeHigh[index] = Number(value >> 32n);
  nvmeLow[index] = Number(value & 0xffffffffn);
}

/** CRC-64/NVME, what Amazon S3 calls CRC64NVME. */
export const createCrc64Nvme = (): Checksum => {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        const index = (low ^ byte) & 255;
        low = (nvmeLow[index] ?? 0) ^ ((low >>> 8) | (high << 24));
        high = (nvmeHigh[index] ?? 0) ^ (high >>> 8);
      }
    },
    digest: () => Buffer.concat([bigEndian32(high ^ 0xffffffff), bigEndian32(low ^ 0xffffffff)]),
  };
};
