import type { AppDescription, BaseManifest } from '../model.ts';
import { ArtifactRejectedError } from './artifact-rejected.ts';
import { entryPoint } from './entry-point.ts';
import { parseKilnJson } from './kiln-json.ts';
import { listPackages } from './list-packages.ts';
import { readWhole } from './tree.ts';
import type { FileTree } from './tree.ts';

const MAX_TEXT_BYTES = 1_048_576;
const ENVIRONMENT_FILE = /^config\/([a-z][a-z0-9-]{0,39})\.env$/;

/** Reads what an artifact says about itself: `kiln.json`, Procfile, package.json and the names of its `config/*.env`. */
export async function describeApp(
  tree: FileTree,
  base: Pick<BaseManifest, 'runtimePath'>,
): Promise<AppDescription> {
  const kiln = parseKilnJson(await textOf(tree, 'kiln.json'));
  const texts = {
    procfile: await textOf(tree, 'Procfile'),
    packageJson: await textOf(tree, 'package.json'),
  };
  const argv = await entryPoint(tree, texts, base.runtimePath);
  const environments = tree.entries.flatMap(({ path, kind }) => {
    const name = kind === 'file' ? ENVIRONMENT_FILE.exec(path)?.[1] : undefined;
    return name === undefined ? [] : [name];
  });
  return {
    process: { argv, port: kiln.port },
    healthPath: kiln.healthPath,
    smokeRequests: kiln.smoke,
    memoryMiB: kiln.memoryMiB,
    startSeconds: kiln.startSeconds,
    environments,
    packages: await listPackages(tree),
  };
}

async function textOf(tree: FileTree, path: string): Promise<string | undefined> {
  const entry = tree.entries.find((candidate) => candidate.path === path && candidate.kind === 'file');
  if (entry === undefined) return undefined;
  if (entry.size > MAX_TEXT_BYTES) {
    throw new ArtifactRejectedError(
      'bad_manifest',
      `${path} has ${entry.size} bytes, at most ${MAX_TEXT_BYTES} are read`,
    );
  }
  return (await readWhole(tree, entry)).toString('utf8');
}
