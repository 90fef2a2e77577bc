import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SOURCES = join(import.meta.dirname, '../../bakery/guest/init');

/**
 * Compiles parts of the machine's init with a test's own `main` into a program of this host. A test must bring its own
 * `fail`: the real one powers the machine off.
 */
export async function compileGuestProgram(
  directory: string,
  parts: readonly string[],
  main: string,
): Promise<string> {
  const mainPath = join(directory, 'main.c');
  const program = join(directory, 'program');
  await writeFile(mainPath, `#include "init.h"\n${main}`);
  const sources = parts.map((part) => join(SOURCES, part));
  const options = ['-std=gnu17', '-Wall', '-Werror', `-I${SOURCES}`, '-o', program];
  await promisify(execFile)('gcc', [...options, mainPath, ...sources]);
  return program;
}
