import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Time stamp of every file and table that a base contains, in seconds since 1970: the same inputs give the same bytes. */
export const SOURCE_DATE_EPOCH = 1_700_000_000;

/** Surroundings of a tool's run. */
export interface ToolOptions {
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A Debian tool that building a base needs failed or is not installed. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** Runs a Debian tool without a shell and returns its standard output. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  try {
    const { stdout } = await execute(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        LC_ALL: 'C',
        TZ: 'UTC',
        MTOOLS_SKIP_CHECK: '1',
        SOURCE_DATE_EPOCH: String(SOURCE_DATE_EPOCH),
      },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new ToolError(describe(program, args, error), { cause: error });
  }
}

function describe(program: string, args: readonly string[], error: unknown): string {
  const { code, stderr } = error as { code?: number | string; stderr?: string };
  if (code === 'ENOENT') return `'${program}' is not installed, a base cannot be built without it`;
  const reason = stderr?.trim() ?? '';
  return `'${[program, ...args].join(' ')}' ended with status ${code}${reason === '' ? '' : `: ${reason}`}`;
}
