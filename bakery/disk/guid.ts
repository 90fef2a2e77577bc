/** Writes a GUID into 16 bytes as GPT and EFI do: the first three fields little-endian, the rest as written. */
export function guidToBytes(guid: string): Buffer {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(guid)) {
    throw new TypeError(`'${guid}' is not a GUID like 0FC63DAF-8483-4772-8E79-3D69D8477DE4`);
  }
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** The upper-case text of a GUID stored as GPT and EFI do. */
export function guidFromBytes(bytes: Uint8Array): string {
  const swapped = Buffer.from(bytes.subarray(0, 16));
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return hyphenated(swapped);
}

/** Makes a GUID (RFC 9562 version 8, upper case) of the first 16 bytes of a hash, so that equal content gets an equal GUID. */
export function guidFromHash(hash: Uint8Array): string {
  const bytes = Buffer.from(hash.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hyphenated(bytes);
}

function hyphenated(bytes: Buffer): string {
  const hex = bytes.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
