/** Builds a PE file with the sections of a unified kernel image, each padded to 512 bytes as linkers do. */
export const ukiImage = (sections: Readonly<Record<string, string>>): Buffer => {
  const entries = Object.entries(sections);
  const header = Buffer.alloc(1024);
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(128, 60);
  header.write('PE\0\0', 128, 'latin1');
  header.writeUInt16LE(entries.length, 134);
  header.writeUInt16LE(112, 148);
  const bodies: Buffer[] = [];
  for (const [index, [name, text]] of entries.entries()) {
    const at = 128 + 24 + 112 + index * 40;
    const body = Buffer.alloc(512);
    body.write(text);
    header.write(name, at, 'latin1');
    header.writeUInt32LE(text.length, at + 8);
    header.writeUInt32LE(512, at + 16);
    header.writeUInt32LE(1024 + index * 512, at + 20);
    bodies.push(body);
  }
  return Buffer.concat([header, ...bodies]);
};
