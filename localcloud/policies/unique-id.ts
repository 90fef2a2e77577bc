import type { Random } from '../random.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An id as IAM makes them: `AROA` or another prefix and upper-case letters and digits, `length` in all. */
export const uniqueId = (random: Random, prefix: string, length = 21): string => {
  const digits = Buffer.from(random.hex(2 * (length - prefix.length)), 'hex');
  return prefix + Array.from(digits, (byte) => alphabet[byte % alphabet.length]).join('');
};
