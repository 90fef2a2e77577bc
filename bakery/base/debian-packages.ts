import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseInput } from '../model.ts';
import { runTool } from './run-tool.ts';
import type { ToolOptions } from './run-tool.ts';

/** A Debian package file in the cache, verified against apt's signed index. */
export interface DebianPackage extends BaseInput {
  readonly path: string;
}

/** Where and which packages to fetch. */
export interface FetchInput {
  /** Keeps package files from one build to the next. */
  readonly cacheDir: string;
  /** Names without version. */
  readonly names: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

interface Candidate {
  readonly name: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly version: string;
}

/** Name of the package with the newest cloud kernel, on which Debian's `linux-image-cloud-amd64` depends. */
export async function resolveKernelPackage(options: ToolOptions = {}): Promise<string> {
  const output = await runTool('apt-cache', ['depends', 'linux-image-cloud-amd64'], options);
  const name = /Depends: (linux-image-\S+)/u.exec(output)?.[1];
  if (name === undefined) {
    throw new Error(
      "package 'linux-image-cloud-amd64' is unknown to apt, needed: an index ('apt-get update')",
    );
  }
  return name;
}

/** Fetches packages with apt into the cache, without installing them, in the order of `names`. */
export async function fetchDebianPackages(input: FetchInput): Promise<DebianPackage[]> {
  await mkdir(input.cacheDir, { recursive: true });
  const candidates = await readCandidates(input.names, input.signal);
  return Promise.all(candidates.map((candidate) => fetchPackage(candidate, input)));
}

async function fetchPackage(candidate: Candidate, input: FetchInput): Promise<DebianPackage> {
  const { name, version, sha256, fileName } = candidate;
  const path = join(input.cacheDir, fileName);
  if ((await sha256OfFile(path)) !== sha256) await download(candidate, input);
  return { name, version, sha256, path };
}

/** What apt would install, from its index; one call, because opening the index takes apt most of a second. */
async function readCandidates(
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Candidate[]> {
  const qualified = names.map((name) => `${name}:amd64`);
  const output = await runTool('apt-cache', ['show', '--no-all-versions', ...qualified], { signal });
  const records = new Map(output.split('\n\n').map((record) => [field(record, 'Package'), record]));
  return names.map((name) => {
    const record = records.get(name) ?? '';
    const version = field(record, 'Version');
    const sha256 = field(record, 'SHA256');
    const fileName = field(record, 'Filename')?.split('/').at(-1);
    if (version === undefined || sha256 === undefined || fileName === undefined) {
      throw new Error(`package '${name}' is not in apt's index with version, file name and SHA-256`);
    }
    return { name, version, sha256, fileName };
  });
}

/** Downloads beside the cache and renames, so that two builds at once never see half a file. */
async function download(candidate: Candidate, { cacheDir, signal }: FetchInput): Promise<void> {
  const { name } = candidate;
  const directory = await mkdtemp(join(cacheDir, 'download-'));
  try {
    await runTool('apt-get', ['download', `${name}:amd64=${candidate.version}`], { cwd: directory, signal });
    const [file] = await readdir(directory);
    const downloaded = join(directory, file ?? '');
    const sha256 = await sha256OfFile(downloaded);
    if (sha256 !== candidate.sha256) {
      throw new Error(`package '${name}' has SHA-256 ${sha256}, apt's index says ${candidate.sha256}`);
    }
    await rename(downloaded, join(cacheDir, candidate.fileName));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function field(record: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'mu').exec(record)?.[1];
}

/** Lower-case hex SHA-256 of a file, `undefined` when there is none. */
async function sha256OfFile(path: string): Promise<string | undefined> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
