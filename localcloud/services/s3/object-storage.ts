import { join } from 'node:path';
import type { CloudContext } from '../../cloud-context.ts';
import { type BodyFiles, openBodyFiles } from './body-files.ts';
import { type Buckets, openBuckets } from './buckets.ts';
import { createDurableLog, type DurableLog } from './durable-log.ts';
import { type ObjectRow, type ObjectTable, openObjectTable } from './object-table.ts';
import { openPartTable, type PartTable, partOwner } from './part-table.ts';

/** What every operation of Amazon S3 works on. */
export interface ObjectStorage {
  readonly context: CloudContext;
  readonly buckets: Buckets;
  readonly objects: ObjectTable;
  readonly parts: PartTable;
  readonly bodies: BodyFiles;
  readonly log: DurableLog;
  readonly owner: { readonly ID: string; readonly DisplayName: string };
  /** Removes a version and the rows of its parts, inside a transaction; returns the files it may have been the last to use. */
  removeVersion(row: ObjectRow): string[];
  /** Removes those of `files` that nothing refers to any more; call after the transaction. */
  collect(files: readonly string[]): void;
  /** Removes what an earlier process left behind. */
  sweep(): void;
}

/** Opens the storage under the context's state folder. */
export const openObjectStorage = (context: CloudContext): ObjectStorage => {
  const { database } = context.store;
  const objects = openObjectTable(database);
  const parts = openPartTable(database);
  const bodies = openBodyFiles(join(context.stateDir, 's3'), context.random);

  return {
    context,
    buckets: openBuckets(context),
    objects,
    parts,
    bodies,
    log: createDurableLog(database),
    // Canonical user ids are 64 hex digits.
    owner: { ID: context.accountId.padStart(64, '0'), DisplayName: 'kiln' },
    removeVersion: (row) => {
      const owner = partOwner(row.sequence);
      const files = row.file === null ? parts.parts(owner).map(({ file }) => file) : [row.file];
      parts.removeParts(owner);
      objects.remove(row);
      return files;
    },
    collect: (files) => {
      for (const file of files) {
        if (!objects.usesFile(file) && !parts.usesFile(file)) bodies.discard(file);
      }
    },
    sweep: () => bodies.sweep(new Set([...objects.files(), ...parts.files()])),
  };
};
