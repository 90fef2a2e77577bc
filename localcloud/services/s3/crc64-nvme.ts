/** A CRC-64 as two unsigned 32-bit halves: BigInt would be thirty times slower. */
export interface Crc64 {
  readonly high: number;
  readonly low: number;
}

// Reflected polynomial 0x9a6c9329ac4bc9b5 of CRC-64/NVME (NVM Express NVM Command Set Specification 1.0d).
const polynomialHigh = 0x9a6c9329;
const polynomialLow = 0xac4bc9b5;
const tableHigh = new Int32Array(256);
const tableLow = new Int32Array(256);

for (let byte = 0; byte < 256; byte += 1) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry === 1) {
      high ^= polynomialHigh;
      low ^= polynomialLow;
    }
  }
  tableHigh[byte] = high;
  tableLow[byte] = low;
}

/** CRC-64/NVME of `bytes`, continuing from `previous`. */
export const crc64nvme = (bytes: Uint8Array, previous: Crc64 = { high: 0, low: 0 }): Crc64 => {
  let high = ~previous.high;
  let low = ~previous.low;
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (tableLow[index] ?? 0);
    high = (high >>> 8) ^ (tableHigh[index] ?? 0);
  }
  return { high: ~high >>> 0, low: ~low >>> 0 };
};
