import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';

/** Folder with the C sources of the machine's init. */
const INIT_SOURCES = join(import.meta.dirname, '../guest/init');

const COMPILER_OPTIONS =
  '-static -Os -s -std=gnu17 -Wall -Wextra -Werror -Wno-unused-result -Wl,--build-id=none'.split(' ');

/** Compiles the machine's init into one static program without debug information. */
export async function compileInit(outputPath: string, signal?: AbortSignal): Promise<void> {
  const sources = (await readdir(INIT_SOURCES)).filter((name) => name.endsWith('.c')).toSorted();
  // Names relative to the folder: the same sources give the same bytes wherever they lie.
  await runTool('gcc', [...COMPILER_OPTIONS, '-o', outputPath, ...sources], { cwd: INIT_SOURCES, signal });
}
