import { chmod, copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NODE_PATH } from './base-recipe.ts';
import { runTool } from './run-tool.ts';
import { resolveSharedLibraries } from './shared-libraries.ts';

/** What goes into the runtime's root file system. */
export interface RuntimeRootInput {
  /** Node's official program, not stripped. */
  readonly nodePath: string;
  /** Unpacked packages with the shared libraries. */
  readonly libraryRoots: readonly string[];
  /** Unpacked `ca-certificates`. */
  readonly certificatesRoot: string;
  /** Root to be made. */
  readonly root: string;
  readonly signal?: AbortSignal | undefined;
}

const LOADER = 'ld-linux-x86-64.so.2';
const LIBRARY_DIRECTORY = 'usr/lib/x86_64-linux-gnu';
const KEEP_ALIVE_SOURCE = join(import.meta.dirname, '../guest/keep-alive.cjs');
/** Parts of glibc that prebuilt native modules name although they are empty since glibc 2.34. */
const NATIVE_MODULE_LIBRARIES = ['libresolv.so.2', 'librt.so.1', 'libutil.so.1'];
const EMPTY_DIRECTORIES = ['app', 'dev', 'etc/ssl/certs', 'proc', 'run', 'sys', 'tmp', 'usr/bin'];

const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/:/nonexistent\napp:x:1000:1000:app:/tmp:/nonexistent\n',
  'etc/group': 'root:x:0:\napp:x:1000:\n',
  'etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\n',
  'etc/os-release': 'NAME="Kiln"\nID=kiln\nPRETTY_NAME="Kiln machine"\n',
};

/** Makes the root file system that applications see: Node, its libraries, CA certificates, and nothing else to run. */
export async function buildRuntimeRoot(input: RuntimeRootInput): Promise<void> {
  const { root } = input;
  for (const directory of [...EMPTY_DIRECTORIES, LIBRARY_DIRECTORY, 'lib64', 'usr/lib/kiln']) {
    await mkdir(join(root, directory), { recursive: true });
  }
  await symlink('usr/lib', join(root, 'lib'));
  for (const [path, text] of Object.entries(FILES)) await writeFile(join(root, path), text);
  await symlink('/run/resolv.conf', join(root, 'etc/resolv.conf'));
  await writeCertificates(input);
  await install(KEEP_ALIVE_SOURCE, join(root, 'usr/lib/kiln/keep-alive.cjs'), 0o644);
  await installNode(input);
}

async function installNode({ root, nodePath, libraryRoots, signal }: RuntimeRootInput): Promise<void> {
  const node = join(root, NODE_PATH);
  await runTool('strip', ['-o', node, nodePath], { signal });
  await chmod(node, 0o755);
  const libraries = await resolveSharedLibraries([node], NATIVE_MODULE_LIBRARIES, libraryRoots);
  for (const [name, source] of libraries) {
    const directory = name === LOADER ? 'lib64' : LIBRARY_DIRECTORY;
    await install(source, join(root, directory, name), name === LOADER ? 0o755 : 0o644);
  }
}

/** Concatenates Mozilla's certificates in the order of their names, as `update-ca-certificates` does. */
async function writeCertificates({ root, certificatesRoot }: RuntimeRootInput): Promise<void> {
  const directory = join(certificatesRoot, 'usr/share/ca-certificates/mozilla');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.crt')).toSorted();
  const certificates = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  const bundle = certificates.map((text) => `${text.trimEnd()}\n`).join('');
  await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), bundle);
}

async function install(source: string, target: string, mode: number): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
  await chmod(target, mode);
}
