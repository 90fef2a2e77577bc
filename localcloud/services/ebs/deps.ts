import type { CloudContext } from '../../cloud-context.ts';
import { snapshotsOf } from '../../snapshots/snapshots.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import type { SnapshotRecord } from '../../snapshots/snapshot.ts';
import type { Collection } from '../../store.ts';
import { snapshotNotFound } from './errors.ts';

/** A client token that was used, and for what. */
export interface UsedToken {
  readonly snapshotId: string;
  /** The parameters as canonical text. */
  readonly parameters: string;
}

/** What the operations of the EBS direct APIs work with. */
export interface EbsDeps {
  readonly context: CloudContext;
  readonly snapshots: Snapshots;
  readonly tokens: Collection<UsedToken>;
  /** Starts under way, by client token: a second call waits for the first. */
  readonly starting: Map<string, Promise<unknown>>;
  /** Work that goes on after an answer; a stop waits for it. */
  readonly background: Set<Promise<void>>;
}

/** Gathers what the operations need from the context. */
export const createEbsDeps = (context: CloudContext): EbsDeps => ({
  context,
  snapshots: snapshotsOf(context),
  tokens: context.store.collection<UsedToken>('ebs.client-tokens'),
  starting: new Map(),
  background: new Set(),
});

/** The snapshot, or AWS's error for an unknown one. */
export const findSnapshot = (deps: EbsDeps, snapshotId: string | undefined): SnapshotRecord => {
  const snapshot = deps.snapshots.get(snapshotId ?? '');
  if (snapshot === undefined) throw snapshotNotFound(snapshotId ?? '');
  return snapshot;
};
