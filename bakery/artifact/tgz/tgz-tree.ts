import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import type { ArtifactLimits } from '../../model.ts';
import type { ArchiveFile } from '../archive-file.ts';
import { ArtifactRejectedError } from '../artifact-rejected.ts';
import { buildTree } from '../build-tree.ts';
import type { ArchiveEntry } from '../build-tree.ts';
import { checkEntryPath, printable } from '../entry-path.ts';
import { checkContentBytes, checkEntryCount } from '../limits.ts';
import type { ArtifactTree, TreeEntry } from '../tree.ts';
import { EndMarker } from './end-marker.ts';
import { gunzipSingleMember } from './gunzip-single-member.ts';
import { Spool } from './spool.ts';

const SPECIAL_BITS = 0o7_000;
const OWNER_EXECUTE = 0o100;

/** What unpacking needs beside the archive. */
export interface TgzInput {
  readonly workDir: string;
  readonly limits: ArtifactLimits;
  readonly signal?: AbortSignal;
}

/** Reads a gzipped tar as a tree. It can be read in one direction only, so the contents go to a spool first. */
export async function tgzTree(archive: ArchiveFile, input: TgzInput): Promise<ArtifactTree> {
  const spool = new Spool(join(input.workDir, 'artifact.spool'));
  try {
    const archived = await unpack(archive, spool, input);
    await spool.seal();
    archive.close();
    const entries = buildTree(archived, input.limits);
    const sources = new Map<TreeEntry, number>(entries.map((entry) => [entry, entry.source]));
    return {
      entries,
      contentBytes: spool.bytes,
      async *read(files) {
        for (const file of files) {
          const source = sources.get(file);
          if (source === undefined) throw new TypeError(`'${printable(file.path)}' is not from this archive`);
          yield [spool.read(source, file.size)];
        }
      },
      dispose: () => spool.dispose(),
    };
  } catch (error) {
    await spool.dispose();
    throw error;
  }
}

async function unpack(archive: ArchiveFile, spool: Spool, input: TgzInput): Promise<ArchiveEntry[]> {
  const tar = extract();
  const marker = new EndMarker();
  const source = Readable.from(limited(archive, marker, input));
  source.on('error', (error) => tar.destroy(error));
  source.pipe(tar);
  const archived: ArchiveEntry[] = [];
  try {
    for await (const entry of tar) {
      input.signal?.throwIfAborted();
      const described = archiveEntry(entry.header, spool.bytes);
      if (marker.isBefore(placeOf(entry.header), entry.header.size ?? 0)) {
        throw new ArtifactRejectedError(
          'ambiguous_archive',
          `'${printable(entry.header.name)}' comes after the end of the tar archive`,
        );
      }
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        await spool.append(chunk);
        checkContentBytes(spool.bytes, archive.bytes, input.limits);
      }
      if (described === undefined) continue;
      archived.push(described);
      checkEntryCount(archived.length, input.limits);
    }
  } catch (cause) {
    throw asRejection(cause);
  } finally {
    source.destroy();
    tar.destroy();
  }
  return archived;
}

// Headers count as well: a tar of nothing but headers would otherwise never meet a limit.
async function* limited(
  archive: ArchiveFile,
  marker: EndMarker,
  { limits, signal }: TgzInput,
): AsyncGenerator<Buffer, void, undefined> {
  const allowed = limits.maxContentBytes + limits.maxEntries * 2_048 + 1_048_576;
  let bytes = 0;
  for await (const chunk of gunzipSingleMember(archive)) {
    signal?.throwIfAborted();
    bytes += chunk.length;
    if (bytes > allowed) {
      throw new ArtifactRejectedError(
        'too_large',
        `the archive unpacks to more than ${allowed} bytes with its headers`,
      );
    }
    marker.add(chunk);
    yield chunk;
  }
}

// Where the content begins; the reader says it, its types do not.
function placeOf(header: Header): number {
  return (header as Header & { readonly byteOffset: number }).byteOffset;
}

function archiveEntry(header: Header, source: number): ArchiveEntry | undefined {
  const kind = kindOf(header);
  // A size field of nothing but ones is the negative zero of tar-stream's reader.
  if (Object.is(header.size, -0)) {
    throw new ArtifactRejectedError('corrupt', `'${printable(header.name)}' has a broken size field`);
  }
  const name = kind === 'directory' ? header.name.replace(/\/$/, '') : header.name;
  // `tar -C directory .` names everything `./…`, and the root itself `./`.
  if (kind === 'directory' && name === '.') return undefined;
  const path = checkEntryPath(name.startsWith('./') ? name.slice(2) : name);
  const executable = ((header.mode ?? 0) & OWNER_EXECUTE) !== 0;
  if (kind === 'file') return { path, kind, executable, size: header.size ?? 0, target: '', source };
  if ((header.size ?? 0) !== 0) {
    throw new ArtifactRejectedError('corrupt', `'${printable(path)}' is a ${kind} and has content`);
  }
  const target = kind === 'symlink' ? (header.linkname ?? '') : '';
  return { path, kind, executable, size: Buffer.byteLength(target), target, source };
}

function kindOf(header: Header): TreeEntry['kind'] {
  const { name, type, mode } = header;
  if (type !== 'file' && type !== 'directory' && type !== 'symlink') {
    throw new ArtifactRejectedError(
      'unsafe_entry',
      `'${printable(name)}' is neither a file, a directory nor a symbolic link but ${typeName(type)}`,
    );
  }
  if (Object.hasOwn(header.pax ?? {}, 'GNU.sparse.major')) {
    throw new ArtifactRejectedError('unsupported', `'${printable(name)}' is stored as a sparse file`);
  }
  if ((mode & SPECIAL_BITS) !== 0) {
    throw new ArtifactRejectedError(
      'unsafe_entry',
      `'${printable(name)}' has a setuid, setgid or sticky bit (mode ${mode.toString(8)})`,
    );
  }
  return type;
}

function typeName(type: Header['type']): string {
  if (type === 'link') return 'a hard link';
  return type === null || type === undefined ? 'of an unknown type' : `a ${type.replaceAll('-', ' ')}`;
}

function asRejection(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  if (cause.message === 'Unexpected end of data') {
    return new ArtifactRejectedError('truncated', 'the tar archive was cut short', { cause });
  }
  if (/^(Invalid tar header|Invalid header|Header exceeds)/.test(cause.message)) {
    return new ArtifactRejectedError('corrupt', 'the tar archive has a broken header', { cause });
  }
  return cause;
}
