import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extractDirectKernel } from '#localcloud/hypervisor/direct-kernel';

const HEADER_BYTES = 110;
const SIZE_AT = 54;
const NAME_SIZE_AT = 94;

/**
 * Prepares the cache of a hypervisor so that it boots this disk with the smallest possible init: it finds the kernel that
 * it would take out of the disk, and the disk's initramfs with another `/init`. All else is as for any machine.
 */
export async function prepareFloor(diskPath: string, cacheDir: string): Promise<void> {
  const { initrdPath } = (await extractDirectKernel(diskPath, join(cacheDir, 'kernels'))) ?? {};
  if (initrdPath === undefined) throw new Error(`disk '${diskPath}' has no initramfs to compare with`);
  await mkdir(cacheDir, { recursive: true });
  const program = join(cacheDir, 'floor-init');
  const source = join(import.meta.dirname, 'floor-init.c');
  await promisify(execFile)('gcc', ['-static', '-Os', '-s', '-std=gnu17', '-o', program, source]);
  await writeFile(initrdPath, replaceInit(await readFile(initrdPath), await readFile(program)));
}

/** Replaces the file `init` in an archive of the "new ASCII" form; the fields are hexadecimal, all is padded to 4 bytes. */
function replaceInit(archive: Buffer, program: Buffer): Buffer {
  for (let at = 0; at + HEADER_BYTES < archive.length;) {
    const field = (offset: number): number =>
      Number.parseInt(archive.toString('latin1', at + offset, at + offset + 8), 16);
    const dataAt = padded(at + HEADER_BYTES + field(NAME_SIZE_AT));
    const next = padded(dataAt + field(SIZE_AT));
    if (archive.toString('latin1', at + HEADER_BYTES, at + HEADER_BYTES + 5) === 'init\0') {
      const head = Buffer.from(archive.subarray(at, dataAt));
      head.write(program.length.toString(16).padStart(8, '0'), SIZE_AT, 'latin1');
      const padding = Buffer.alloc(padded(program.length) - program.length);
      return Buffer.concat([archive.subarray(0, at), head, program, padding, archive.subarray(next)]);
    }
    at = next;
  }
  throw new Error('the initramfs has no file init');
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
