import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';

/** Brings every commit made so far to the disk; callers that wait at the same time share one fsync. */
export interface DurableLog {
  settle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Group commit for a database in WAL mode with `synchronous = normal`, where a commit survives a killed process but not a
 * power cut until the write-ahead log is synced. The log may be synced through another descriptor of the same file.
 */
export const createDurableLog = (database: DatabaseSync): DurableLog => {
  const location = database.location();
  const path = location === null ? undefined : `${location}-wal`;
  let handle: FileHandle | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const sync = async (): Promise<void> => {
    if (path === undefined || !existsSync(path)) return;
    handle ??= await open(path, 'r');
    await handle.datasync();
  };

  const run = (): Promise<void> => {
    running = sync().finally(() => {
      running = undefined;
    });
    return running;
  };

  const afterRunning = async (current: Promise<void>): Promise<void> => {
    await current.catch(() => undefined);
    next = undefined;
    await run();
  };

  return {
    settle: () => {
      if (running === undefined) return run();
      next ??= afterRunning(running);
      return next;
    },
    close: async () => {
      await next;
      await running;
      await handle?.close();
      handle = undefined;
    },
  };
};
