/** The data is no LZ4, or not all of it. */
export class Lz4Error extends Error {
  override readonly name = 'Lz4Error';
}

const MIN_MATCH_BYTES = 4;
/** A nibble of this value continues in the following bytes. */
const CONTINUED = 15;

/** Decompresses one LZ4 block into `output` from `at` on and returns where it ended (LZ4 block format description). */
export const decompressLz4Block = (block: Uint8Array, output: Uint8Array, at: number): number => {
  let from = 0;
  let to = at;

  const byte = (): number => {
    const value = block[from++];
    if (value === undefined)
      throw new Lz4Error(`lz4 block ends within a sequence, after ${block.length} bytes`);
    return value;
  };
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble !== CONTINUED) return length;
    for (let more = 255; more === 255; length += more) more = byte();
    return length;
  };
  const checkRoom = (length: number): void => {
    if (to + length > output.length)
      throw new Lz4Error(`lz4 block gives more than the ${output.length} bytes that were announced`);
  };

  while (from < block.length) {
    const token = byte();
    const literals = lengthOf(token >> 4);
    if (from + literals > block.length)
      throw new Lz4Error(`lz4 block ends within ${literals} literals, after ${block.length} bytes`);
    checkRoom(literals);
    output.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has no match.
    if (from === block.length) return to;

    const distance = byte() | (byte() << 8);
    if (distance === 0 || distance > to - at)
      throw new Lz4Error(`lz4 match reaches ${distance} bytes back, of ${to - at}`);
    const length = lengthOf(token & CONTINUED) + MIN_MATCH_BYTES;
    checkRoom(length);
    if (distance >= length) output.copyWithin(to, to - distance, to - distance + length);
    // A match that overlaps itself repeats what it has just written.
    else
      for (let copied = to; copied < to + length; copied++) output[copied] = output[copied - distance] ?? 0;
    to += length;
  }
  return to;
};

/** First bytes of a stream in LZ4's legacy frame, the one that Linux compresses its kernel with. */
export const LZ4_LEGACY_MAGIC = Buffer.from('02214c18', 'hex');

/** Decompresses a legacy frame: the magic, then blocks of 8 MiB, each after its compressed size. */
export const decompressLz4Legacy = (frame: Buffer, bytes: number): Buffer => {
  const output = Buffer.alloc(bytes);
  let from = LZ4_LEGACY_MAGIC.length;
  let to = 0;
  while (from < frame.length) {
    if (from + 4 > frame.length) throw new Lz4Error('lz4 frame ends within the size of a block');
    const size = frame.readUInt32LE(from);
    from += 4;
    if (from + size > frame.length)
      throw new Lz4Error(`lz4 frame ends within a block of ${size} bytes, after ${frame.length - from}`);
    to = decompressLz4Block(frame.subarray(from, from + size), output, to);
    from += size;
  }
  if (to !== bytes) throw new Lz4Error(`lz4 frame gave ${to} bytes, announced were ${bytes}`);
  return output;
};
