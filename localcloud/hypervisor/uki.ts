/** What a unified kernel image carries. */
export interface UnifiedKernelImage {
  readonly kernel: Buffer;
  readonly initrd: Buffer | undefined;
  readonly commandLine: string;
}

const SECTION_HEADER_BYTES = 40;

/** Takes a unified kernel image (a PE file with sections `.linux`, `.initrd`, `.cmdline`) apart; undefined when it is none. */
export const parseUki = (image: Buffer): UnifiedKernelImage | undefined => {
  if (image.length < 64 || image.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const header = image.readUInt32LE(60);
  if (image.toString('latin1', header, header + 4) !== 'PE\0\0') return undefined;
  const sectionCount = image.readUInt16LE(header + 6);
  const table = header + 24 + image.readUInt16LE(header + 20);
  const sections = new Map<string, Buffer>();
  for (let index = 0; index < sectionCount; index++) {
    const entry = image.subarray(
      table + index * SECTION_HEADER_BYTES,
      table + (index + 1) * SECTION_HEADER_BYTES,
    );
    if (entry.length < SECTION_HEADER_BYTES) return undefined;
    const name = entry.toString('latin1', 0, 8).replace(/\0.*$/s, '');
    // Raw data is padded to the file alignment; the virtual size is the length that was put in.
    const length = Math.min(entry.readUInt32LE(8), entry.readUInt32LE(16));
    const start = entry.readUInt32LE(20);
    sections.set(name, image.subarray(start, start + length));
  }
  const kernel = sections.get('.linux');
  if (kernel === undefined) return undefined;
  return {
    kernel,
    initrd: sections.get('.initrd'),
    commandLine: (sections.get('.cmdline')?.toString('utf8') ?? '').replaceAll('\0', '').trim(),
  };
};
