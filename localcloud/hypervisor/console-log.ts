import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';

/** EC2 shows the last 64 KB of an instance's console. */
export const CONSOLE_TAIL_BYTES = 65_536;
const FILE_LIMIT_BYTES = 16 * CONSOLE_TAIL_BYTES;

/** Reads the end of a console file; empty when there is none. */
export const readConsoleTail = (path: string): Buffer => {
  try {
    return readFileSync(path).subarray(-CONSOLE_TAIL_BYTES);
  } catch {
    return Buffer.alloc(0);
  }
};

/** A console that goes to a file; an endless writer fills 1 MiB and no more. */
export interface ConsoleLog {
  append(chunk: Buffer): void;
  tail(): Buffer;
}

/** Continues the console file at `path`, so that a reboot does not lose what came before it. */
export const openConsoleLog = (path: string): ConsoleLog => {
  let tail = readConsoleTail(path);
  writeFileSync(path, tail);
  return {
    append: (chunk) => {
      tail = Buffer.concat([tail, chunk]).subarray(-CONSOLE_TAIL_BYTES);
      try {
        if (statSync(path).size + chunk.length > FILE_LIMIT_BYTES) writeFileSync(path, tail);
        else appendFileSync(path, chunk);
      } catch {
        // A full disk must not end the machine or us; the tail in memory is still right.
      }
    },
    tail: () => Buffer.from(tail),
  };
};
