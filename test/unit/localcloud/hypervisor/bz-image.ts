const PT_NOTE = 4;
const HEADER_BYTES = 64;
const ENTRY_BYTES = 56;

/** Builds an ELF file that has nothing but a note, by default the one of a PVH entry after a note of somebody else. */
export const elfKernel = (owner = 'Xen\0', type = 18): Buffer => {
  const note = (name: string, kind: number): Buffer => {
    const bytes = Buffer.alloc(12 + Math.ceil(name.length / 4) * 4 + 8);
    bytes.writeUInt32LE(name.length, 0);
    bytes.writeUInt32LE(8, 4);
    bytes.writeUInt32LE(kind, 8);
    bytes.write(name, 12, 'latin1');
    return bytes;
  };
  const notes = Buffer.concat([note('Linux\0', 257), note(owner, type)]);
  const header = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES);
  header.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  header.writeBigUInt64LE(BigInt(HEADER_BYTES), 32);
  header.writeUInt16LE(ENTRY_BYTES, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(PT_NOTE, HEADER_BYTES);
  header.writeBigUInt64LE(BigInt(header.length), HEADER_BYTES + 8);
  header.writeBigUInt64LE(BigInt(notes.length), HEADER_BYTES + 32);
  return Buffer.concat([header, notes]);
};

/** Builds a bzImage around a compressed kernel, which the kernel's build ends with its uncompressed size. */
export const bzImageOf = (payload: Buffer): Buffer => {
  const setup = Buffer.alloc(5 * 512);
  setup.writeUInt8(4, 0x1f1);
  setup.write('HdrS', 0x202, 'latin1');
  setup.writeUInt16LE(0x20f, 0x206);
  setup.writeUInt32LE(16, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([setup, Buffer.alloc(16), payload, Buffer.alloc(100)]);
};
