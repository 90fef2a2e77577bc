/** Builds a PE file with the sections of a unified kernel image, each padded to 512 bytes as linkers do. Contents are latin1. */
export const ukiImage = (sections: Readonly<Record<string, string>>): Buffer => {
  const entries = Object.entries(sections);
  const header = Buffer.alloc(1024);
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(128, 60);
  header.write('PE\0\0', 128, 'latin1');
  header.writeUInt16LE(entries.length, 134);
  header.writeUInt16LE(112, 148);
  const bodies: Buffer[] = [];
  let start = header.length;
  for (const [index, [name, text]] of entries.entries()) {
    const at = 128 + 24 + 112 + index * 40;
    const content = Buffer.from(text, 'latin1');
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    content.copy(body);
    header.write(name, at, 'latin1');
    header.writeUInt32LE(content.length, at + 8);
    header.writeUInt32LE(body.length, at + 16);
    header.writeUInt32LE(start, at + 20);
    start += body.length;
    bodies.push(body);
  }
  return Buffer.concat([header, ...bodies]);
};
