import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { expect } from '@jest/globals';
import { ArtifactRejectedError } from '#bakery/artifact/artifact-rejected';
import type { RejectReason } from '#bakery/artifact/artifact-rejected';
import { readArtifact } from '#bakery/artifact/read-artifact';
import { readWhole } from '#bakery/artifact/tree';
import type { ArtifactTree } from '#bakery/artifact/tree';
import { writeZip } from '#bakery/artifact/zip/write-zip';
import type { ArtifactLimits } from '#bakery/model';

/** Runs with a new directory that is gone afterwards. */
export async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'kiln-test-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Reads an archive and hands its tree to `look`. */
export async function withTree<T>(
  archive: Uint8Array,
  look: (tree: ArtifactTree) => Promise<T> | T,
  limits?: ArtifactLimits,
): Promise<T> {
  return inDirectory(async (directory) => {
    const artifactPath = join(directory, 'artifact');
    await writeFile(artifactPath, archive);
    const tree = await readArtifact({ artifactPath, workDir: directory, ...(limits && { limits }) });
    try {
      return await look(tree);
    } finally {
      await tree.dispose();
    }
  });
}

/** Reads an archive completely: path → content of a file, `→ target` of a link, `/` for a directory. */
export function unpacked(archive: Uint8Array, limits?: ArtifactLimits): Promise<Record<string, string>> {
  return withTree(
    archive,
    async (tree) => {
      const found: Record<string, string> = {};
      for (const entry of tree.entries) {
        if (entry.kind === 'file') found[entry.path] = (await readWhole(tree, entry)).toString();
        else found[entry.path] = entry.kind === 'directory' ? '/' : `→ ${entry.target}`;
      }
      return found;
    },
    limits,
  );
}

/** The reason for which an archive is refused, at the latest when its contents are read. */
export async function reasonFor(
  archive: Uint8Array,
  limits?: ArtifactLimits,
): Promise<RejectReason | 'accepted'> {
  try {
    await unpacked(archive, limits);
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(ArtifactRejectedError);
    return (error as ArtifactRejectedError).reason;
  }
}

/** A zip of text files. */
export function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  return writeZip(
    Object.entries(files).map(([name, content]) => ({
      name,
      content: Buffer.from(content),
      mode: name.endsWith('/') ? 0o040_755 : 0o100_644,
    })),
  );
}

/** An entry of a zip with whatever lies a test wants in it. */
export interface CraftedEntry {
  readonly name: string | Uint8Array;
  readonly localName?: string | Uint8Array;
  readonly content?: string | Uint8Array;
  readonly method?: number;
  readonly localMethod?: number;
  /** The bytes in the archive, when they are not the stored or deflated content. */
  readonly data?: Uint8Array;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly localSize?: number;
  readonly compressedSize?: number;
  readonly offset?: number;
  readonly extra?: Uint8Array;
  readonly mode?: number;
  readonly host?: number;
  readonly disk?: number;
  readonly descriptor?: Uint8Array;
}

/** What is wrong with the rest of a crafted zip. */
export interface CraftedZip {
  readonly comment?: Uint8Array;
  readonly entryCount?: number;
  readonly directoryOffset?: number;
  readonly disk?: number;
  /** Bytes between the data and the directory. */
  readonly gap?: Uint8Array;
}

/** Writes a zip byte by byte, so that any field can be wrong. */
export function craftZip(entries: readonly CraftedEntry[], archive: CraftedZip = {}): Buffer {
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    const method = entry.method ?? 8;
    const data = entry.data ?? (method === 8 ? deflateRawSync(content) : content);
    const local = record(entry, content, data, 'local');
    directory.push(record({ offset, ...entry }, content, data, 'central'));
    for (const part of [local, data, entry.descriptor ?? Buffer.alloc(0)]) {
      parts.push(part);
      offset += part.length;
    }
  }
  const gap = archive.gap ?? Buffer.alloc(0);
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(archive.disk ?? 0, 4);
  end.writeUInt16LE(archive.entryCount ?? entries.length, 8);
  end.writeUInt16LE(archive.entryCount ?? entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(archive.directoryOffset ?? offset + gap.length, 16);
  const comment = archive.comment ?? Buffer.alloc(0);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, gap, central, end, comment]);
}

function record(entry: CraftedEntry, content: Buffer, data: Uint8Array, kind: 'local' | 'central'): Buffer {
  const local = kind === 'local';
  const name = Buffer.from(local ? (entry.localName ?? entry.name) : entry.name);
  const extra = entry.extra ?? Buffer.alloc(0);
  const common = Buffer.alloc(26);
  const later = local && ((entry.flags ?? 0) & 8) !== 0;
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(entry.flags ?? 0, 2);
  common.writeUInt16LE((local ? entry.localMethod : undefined) ?? entry.method ?? 8, 4);
  common.writeUInt16LE(0x21, 8);
  common.writeUInt32LE(later ? 0 : (entry.crc ?? crc32(content)), 10);
  common.writeUInt32LE(later ? 0 : (entry.compressedSize ?? data.length), 14);
  common.writeUInt32LE(
    later ? 0 : ((local ? entry.localSize : undefined) ?? entry.size ?? content.length),
    18,
  );
  common.writeUInt16LE(name.length, 22);
  common.writeUInt16LE(extra.length, 24);
  if (local) return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, extra]);
  const before = Buffer.from('PK\x01\x02\x14\x00', 'latin1');
  before.writeUInt8(entry.host ?? 3, 5);
  const after = Buffer.alloc(14);
  after.writeUInt16LE(entry.disk ?? 0, 2);
  after.writeUInt16LE(entry.mode ?? 0o100_644, 8);
  after.writeUInt32LE(entry.offset ?? 0, 10);
  return Buffer.concat([before, common, after, name, extra]);
}

/** An entry of a tar archive. */
export interface TarMember {
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  /** Type flag: `0` file, `1` hard link, `2` symbolic link, `3` character device, `5` directory, `x` pax … */
  readonly type?: string;
  readonly linkName?: string;
  /** The raw size field, when it is not the content's length in octal. */
  readonly sizeField?: Uint8Array;
  readonly checksum?: number;
}

/** Writes a tar in memory, in the ustar format. */
export function tarOf(members: readonly TarMember[], end = 1_024): Buffer {
  const parts: Uint8Array[] = [];
  for (const member of members) {
    const content = Buffer.from(member.content ?? '');
    const header = Buffer.alloc(512);
    header.set(Buffer.from(member.name).subarray(0, 100), 0);
    header.write((member.mode ?? 0o644).toString(8).padStart(7, '0'), 100);
    header.write('0000000', 108);
    header.write('0000000', 116);
    header.write(content.length.toString(8).padStart(11, '0'), 124);
    if (member.sizeField) header.set(member.sizeField, 124);
    header.write('00000000000', 136);
    header.write('        ', 148);
    header.write(member.type ?? '0', 156);
    header.write(member.linkName ?? '', 157);
    header.write('ustar', 257);
    header.write('00', 263);
    const checksum = member.checksum ?? header.reduce((sum, byte) => sum + byte, 0);
    header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
    parts.push(header, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(end)]);
}

/** A gzipped tar. */
export function tgzOf(members: readonly TarMember[]): Buffer {
  return gzipSync(tarOf(members));
}
