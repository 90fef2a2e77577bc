import { posix } from 'node:path';
import * as z from 'zod';
import { ArtifactRejectedError } from './artifact-rejected.ts';
import { printable } from './entry-path.ts';
import { followLinks } from './follow-links.ts';
import { parseJson } from './kiln-json.ts';
import { nodeArguments } from './node-arguments.ts';
import { startCommand } from './start-command.ts';
import { readWhole } from './tree.ts';
import type { FileTree, TreeEntry } from './tree.ts';

// Where the application lies in the machine.
const APP_DIRECTORY = '/app';

const packageSchema = z.object({
  main: z.string().optional(),
  scripts: z.object({ start: z.string().optional() }).optional(),
});

/** The texts of an artifact that may say how it starts; undefined where there is no such file. */
export interface StartTexts {
  readonly procfile: string | undefined;
  readonly packageJson: string | undefined;
}

/**
 * Finds out how an application starts: the Procfile's `web:` line, else a `scripts.start` of the form `node …`, else
 * `main`, else index.js or server.js. Returns program and arguments for the directory `/app`.
 */
export async function entryPoint(
  tree: FileTree,
  texts: StartTexts,
  runtimePath: string,
): Promise<readonly string[]> {
  const byPath = new Map(tree.entries.map((entry) => [entry.path, entry]));
  const packageJson = parsePackageJson(texts.packageJson);
  const web = texts.procfile?.split(/\r?\n/).find((line) => /^web\s*:/.test(line));
  if (web !== undefined) {
    return fromProcfile(tree, byPath, web.replace(/^web\s*:/, ''), packageJson.main, runtimePath);
  }
  const start = packageJson.scripts?.start;
  if (start !== undefined && /^\s*node\s[^&|;<>$`\\()*?{}~#!]*$/.test(start)) {
    const words = startCommand(start, 'package.json');
    return [runtimePath, ...checkedArguments(byPath, words.slice(1), packageJson.main, `'${start.trim()}'`)];
  }
  const candidates = packageJson.main === undefined ? ['index.js', 'server.js'] : [packageJson.main];
  for (const candidate of candidates) {
    const found = resolveModule(byPath, candidate);
    if (found !== undefined) return [runtimePath, found];
  }
  if (packageJson.main !== undefined) {
    throw missingFile(packageJson.main, "'main' in package.json");
  }
  const hint =
    start === undefined ? '' : `; the start script '${start.trim()}' is not simply 'node' with arguments`;
  throw new ArtifactRejectedError(
    'no_entry_point',
    `the artifact does not say how it starts: there is no Procfile with a 'web:' line, no 'node …' start script, no 'main' in package.json, no index.js and no server.js${hint}`,
  );
}

async function fromProcfile(
  tree: FileTree,
  byPath: ReadonlyMap<string, TreeEntry>,
  line: string,
  main: string | undefined,
  runtimePath: string,
): Promise<readonly string[]> {
  const [program = '', ...rest] = startCommand(line, 'the Procfile');
  if (program === 'node' || program === runtimePath) {
    return [runtimePath, ...checkedArguments(byPath, rest, main, "the Procfile's 'web:' line")];
  }
  const entry = fileAt(byPath, program);
  if (entry === undefined) {
    throw new ArtifactRejectedError(
      'bad_start_command',
      `the Procfile starts '${printable(program)}', which is neither 'node' nor a file of the artifact`,
    );
  }
  const shebang = await firstLine(tree, entry);
  if (/^#!\s*(\S*\/env\s+node|\S*\/node)\s*$/.test(shebang)) return [runtimePath, entry.path, ...rest];
  if (shebang.startsWith('#!')) {
    throw new ArtifactRejectedError(
      'bad_start_command',
      `the Procfile starts '${printable(program)}', a script for '${printable(shebang.slice(2).trim())}', which the machine does not have`,
    );
  }
  if (!entry.executable) {
    throw new ArtifactRejectedError(
      'bad_start_command',
      `'${printable(program)}' in the Procfile is not executable`,
    );
  }
  return [posix.join(APP_DIRECTORY, entry.path), ...rest];
}

function checkedArguments(
  byPath: ReadonlyMap<string, TreeEntry>,
  words: readonly string[],
  main: string | undefined,
  source: string,
): readonly string[] {
  const { script } = nodeArguments(words);
  if (script === undefined) {
    throw new ArtifactRejectedError(
      'no_entry_point',
      `the start command in ${source} names no file for node to run`,
    );
  }
  const directory = posix.normalize(script).replace(/\/$/, '') === '.';
  const found = directory ? resolveModule(byPath, main ?? 'index.js') : resolveModule(byPath, script);
  if (found === undefined) throw missingFile(script, source);
  return words;
}

function missingFile(name: string, source: string): ArtifactRejectedError {
  return new ArtifactRejectedError(
    'no_entry_point',
    `the entry file '${printable(name)}' of ${source} is not in the artifact`,
  );
}

// As Node resolves a path on its command line: the file itself, with an extension, or a directory's index.
function resolveModule(byPath: ReadonlyMap<string, TreeEntry>, name: string): string | undefined {
  const suffixes = ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node'];
  for (const suffix of suffixes) {
    const found = fileAt(byPath, name + suffix);
    if (found !== undefined) return found.path;
  }
  return undefined;
}

function fileAt(byPath: ReadonlyMap<string, TreeEntry>, name: string): TreeEntry | undefined {
  const relative = name.startsWith(`${APP_DIRECTORY}/`) ? name.slice(APP_DIRECTORY.length + 1) : name;
  const destination = followLinks(byPath, '', relative);
  const entry = destination.kind === 'inside' ? byPath.get(destination.path) : undefined;
  return entry?.kind === 'file' ? entry : undefined;
}

async function firstLine(tree: FileTree, entry: TreeEntry): Promise<string> {
  if (entry.size > 1_048_576) return '';
  return (await readWhole(tree, entry)).toString('latin1', 0, 256).split('\n', 1)[0] ?? '';
}

function parsePackageJson(text: string | undefined): z.infer<typeof packageSchema> {
  if (text === undefined) return {};
  const result = packageSchema.safeParse(parseJson(text, 'package.json'));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ArtifactRejectedError(
    'bad_manifest',
    `package.json is not valid: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
