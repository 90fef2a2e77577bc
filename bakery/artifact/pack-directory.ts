import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { byteOrderKey } from './tree.ts';
import { writeZip } from './zip/write-zip.ts';
import type { ZipMember } from './zip/write-zip.ts';

const LEFT_OUT = new Set(['.git', '.kiln']);

/**
 * Packs a directory as a zip in memory, sorted and without times, so that equal directories give equal archives.
 * `.git` and `.kiln` at the top are left out. Throws for what is neither a file, a directory nor a symbolic link.
 */
export async function packDirectory(directory: string): Promise<Buffer> {
  const members = await membersOf(directory, '');
  return writeZip(
    members
      .map((member) => ({ member, key: byteOrderKey(member.name) }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ member }) => member),
  );
}

async function membersOf(directory: string, prefix: string): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  for (const item of await readdir(directory, { withFileTypes: true })) {
    if (prefix === '' && LEFT_OUT.has(item.name)) continue;
    const path = join(directory, item.name);
    const name = `${prefix}${item.name}`;
    if (item.isDirectory()) {
      members.push({ name: `${name}/`, content: Buffer.alloc(0), mode: 0o040_755 });
      members.push(...(await membersOf(path, `${name}/`)));
    } else if (item.isSymbolicLink()) {
      members.push({ name, content: Buffer.from(await readlink(path)), mode: 0o120_777 });
    } else if (item.isFile()) {
      const executable = ((await stat(path)).mode & 0o100) !== 0;
      members.push({ name, content: await readFile(path), mode: executable ? 0o100_755 : 0o100_644 });
    } else {
      throw new Error(`'${path}' is neither a file, a directory nor a symbolic link`);
    }
  }
  return members;
}
