import { randomBytes } from 'node:crypto';

/** The one source of randomness of the local cloud, so that a test can seed it. */
export interface Random {
  /** Lower-case hex digits. */
  hex(digits: number): string;
  /** RFC 4122 version 4 form. */
  uuid(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** Randomness over a source of bytes; the default source is the operating system's. */
export const createRandom = (bytes: (count: number) => Buffer = randomBytes): Random => ({
  hex: (digits) =>
    bytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
  uuid: () => {
    const raw = bytes(16);
    raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
    raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
    const hex = raw.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  },
  fraction: () => bytes(6).readUIntBE(0, 6) / 2 ** 48,
});
