import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressLz4Legacy, LZ4_LEGACY_MAGIC } from './lz4.ts';

const GZIP_MAGIC = Buffer.from('1f8b08', 'hex');
const ZSTD_MAGIC = Buffer.from('28b52ffd', 'hex');
const ELF_MAGIC = Buffer.from('7f454c46', 'hex');
const SECTOR_BYTES = 512;
/** The kernel's build writes the uncompressed size behind the compressed kernel. */
const SIZE_BYTES = 4;
/** A distribution's kernel has a fifth of that; an image must not fill this host's memory. */
const MAX_KERNEL_BYTES = 256 * 1_048_576;

/** The compressed kernel in a bzImage (Linux' Documentation/arch/x86/boot.rst: `payload_offset`, protocol 2.08 and later). */
const payloadOf = (image: Buffer): Buffer | undefined => {
  if (image.length < 0x250 || image.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined;
  if (image.readUInt16LE(0x206) < 0x208) return undefined;
  const setupSectors = image.readUInt8(0x1f1) || 4;
  const start = (setupSectors + 1) * SECTOR_BYTES + image.readUInt32LE(0x248);
  const end = start + image.readUInt32LE(0x24c);
  return end <= image.length && end - start > SIZE_BYTES ? image.subarray(start, end) : undefined;
};

const decompress = (payload: Buffer): Buffer | undefined => {
  const startsWith = (magic: Buffer): boolean => payload.subarray(0, magic.length).equals(magic);
  const bytes = payload.readUInt32LE(payload.length - SIZE_BYTES);
  if (bytes > MAX_KERNEL_BYTES) return undefined;
  const limit = { maxOutputLength: MAX_KERNEL_BYTES };
  // A gzip stream ends with the size by itself.
  if (startsWith(GZIP_MAGIC)) return gunzipSync(payload, limit);
  const compressed = payload.subarray(0, -SIZE_BYTES);
  if (startsWith(ZSTD_MAGIC)) return zstdDecompressSync(compressed, limit);
  return startsWith(LZ4_LEGACY_MAGIC) ? decompressLz4Legacy(compressed, bytes) : undefined;
};

const PT_NOTE = 4;
/** Note of the owner `Xen` that holds the address where a PVH boot enters the kernel (xen/include/public/elfnote.h). */
const XEN_ELFNOTE_PHYS32_ENTRY = 18;

const hasPvhNote = (notes: Buffer): boolean => {
  const padded = (length: number): number => Math.ceil(length / 4) * 4;
  for (let at = 0; at + 12 <= notes.length;) {
    const nameBytes = notes.readUInt32LE(at);
    const owner = notes.toString('latin1', at + 12, at + 12 + nameBytes);
    if (owner === 'Xen\0' && notes.readUInt32LE(at + 8) === XEN_ELFNOTE_PHYS32_ENTRY) return true;
    at += 12 + padded(nameBytes) + padded(notes.readUInt32LE(at + 4));
  }
  return false;
};

/** QEMU refuses an ELF kernel without such an entry. */
const bootsByPvh = (elf: Buffer): boolean => {
  if (elf.length < 64 || !elf.subarray(0, 4).equals(ELF_MAGIC) || elf.readUInt8(4) !== 2) return false;
  const table = Number(elf.readBigUInt64LE(32));
  const entryBytes = elf.readUInt16LE(54);
  const entries = elf.readUInt16LE(56);
  if (entryBytes < 56 || table + entries * entryBytes > elf.length) return false;
  for (let at = table; at < table + entries * entryBytes; at += entryBytes) {
    if (elf.readUInt32LE(at) !== PT_NOTE) continue;
    const start = Number(elf.readBigUInt64LE(at + 8));
    if (hasPvhNote(elf.subarray(start, start + Number(elf.readBigUInt64LE(at + 32))))) return true;
  }
  return false;
};

/**
 * Takes the uncompressed kernel out of a bzImage, for a PVH boot: no machine then has to decompress it by emulation.
 * Undefined when the compression is none of LZ4, gzip and zstd, when the data is damaged, or when it has no PVH entry.
 */
export const extractVmlinux = (image: Buffer): Buffer | undefined => {
  const payload = payloadOf(image);
  if (payload === undefined) return undefined;
  try {
    const kernel = decompress(payload);
    return kernel !== undefined && bootsByPvh(kernel) ? kernel : undefined;
  } catch {
    // QEMU boots the bzImage as it is, or says what is wrong with it.
    return undefined;
  }
};
