/** Block size of the EBS direct APIs in bytes; the only one there is. */
export const BLOCK_BYTES = 524_288;

/** Bytes in a GiB. */
export const GIB_BYTES = 1_073_741_824;

/** A snapshot as it is stored. Its blocks are in the block index and in files. */
export interface SnapshotRecord {
  readonly snapshotId: string;
  readonly status: 'pending' | 'completed' | 'error';
  /** CompleteSnapshot was accepted: no block may be written any more, `completed` follows. */
  readonly sealed: boolean;
  /** EC2 deleted it, and a child still needs its blocks. */
  readonly deleted: boolean;
  readonly volumeSizeGiB: number;
  readonly parentSnapshotId?: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly completedAt?: number;
  /** When it was started or last written to; it is cancelled `timeoutMinutes` after that unless sealed. */
  readonly lastWriteAt: number;
  readonly timeoutMinutes: number;
}

/** One block of a snapshot's disk and which snapshot wrote it. */
export interface BlockReference {
  readonly index: number;
  /** Base64 SHA-256 of the block. */
  readonly checksum: string;
  readonly writtenBy: string;
}
