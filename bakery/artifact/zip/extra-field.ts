import { ArtifactRejectedError } from '../artifact-rejected.ts';
import { printable } from '../entry-path.ts';

const ZIP64_FIELD = 0x0001;
const IN_ZIP64_FIELD = 0xffff_ffff;

/** The data of the extra field with this id, if the record has one. */
export function extraField(extra: Buffer, id: number, name: string): Buffer | undefined {
  let found: Buffer | undefined;
  let at = 0;
  // Fewer than four bytes at the end are padding (Android's zipalign does that).
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) {
      throw new ArtifactRejectedError('corrupt', `'${printable(name)}' has a broken extra field`);
    }
    if (extra.readUInt16LE(at) === id) {
      if (found !== undefined) {
        throw new ArtifactRejectedError(
          'ambiguous_archive',
          `'${printable(name)}' has the same extra field twice`,
        );
      }
      found = extra.subarray(at + 4, end);
    }
    at = end;
  }
  return found;
}

/** Sizes and place of an entry. */
export interface EntrySizes {
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly localOffset: number;
}

/** Replaces each 32-bit value that says "see the zip64 field" by the 64-bit value there. */
export function zip64Sizes(extra: Buffer, name: string, narrow: EntrySizes): EntrySizes {
  const wide = [narrow.bytes, narrow.compressedBytes, narrow.localOffset];
  if (Math.max(...wide) < IN_ZIP64_FIELD) return narrow;
  const field = extraField(extra, ZIP64_FIELD, name) ?? Buffer.alloc(0);
  let at = 0;
  const [bytes = 0, compressedBytes = 0, localOffset = 0] = wide.map((value) => {
    if (value !== IN_ZIP64_FIELD) return value;
    if (at + 8 > field.length) {
      throw new ArtifactRejectedError(
        'corrupt',
        `'${printable(name)}' lacks the zip64 sizes that it refers to`,
      );
    }
    at += 8;
    return Number(field.readBigUInt64LE(at - 8));
  });
  return { bytes, compressedBytes, localOffset };
}
