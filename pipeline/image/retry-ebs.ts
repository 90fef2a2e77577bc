import { ConflictException, EBSServiceException, ResourceNotFoundException } from '@aws-sdk/client-ebs';
import type { Clock } from '../clock.ts';
import { monotonicNow } from '../clock.ts';

// A snapshot that was just started may be unknown to the data path for two minutes (AWS-FACTS 4.1), plus a tenth.
const UNKNOWN_SNAPSHOT_MILLISECONDS = 132_000;
const UNKNOWN_SNAPSHOT_INTERVAL_MILLISECONDS = 2000;
/** Tries after any other passing failure, on top of the SDK's own; 1, 4, 9, 16 s apart. */
const OTHER_TRIES = 5;

/** Reasons of a ValidationException that say nothing about the request itself (service model, EBS). */
const PASSING_REASONS = new Set(['CONFLICTING_BLOCK_UPDATE', 'WRITE_REQUEST_TIMEOUT']);
const FINAL = new Set(['ValidationException', 'AccessDeniedException', 'ConflictException']);

const isUnknownSnapshot = (error: unknown): boolean =>
  error instanceof ResourceNotFoundException &&
  (error.Reason ?? 'SNAPSHOT_NOT_FOUND') === 'SNAPSHOT_NOT_FOUND';

const isFinal = (error: unknown): boolean =>
  error instanceof EBSServiceException &&
  FINAL.has(error.name) &&
  !PASSING_REASONS.has((error as { Reason?: string }).Reason ?? '');

/** Whether the snapshot refused a write: sealed already, or the write is wrong. */
export const isRefusedWrite = (error: unknown): boolean =>
  error instanceof ConflictException ||
  (error instanceof EBSServiceException && error.name === 'ValidationException');

/**
 * Calls `attempt` again while it fails in a way that passes: patiently for a snapshot that is not known yet, a few times
 * for anything else, never for a request that is refused.
 */
export const retryEbs = async <T>(clock: Clock, attempt: () => Promise<T>): Promise<T> => {
  const deadline = monotonicNow(clock) + UNKNOWN_SNAPSHOT_MILLISECONDS;
  let failures = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (isFinal(error)) throw error;
      if (isUnknownSnapshot(error)) {
        if (monotonicNow(clock) >= deadline) throw error;
        await clock.delay(UNKNOWN_SNAPSHOT_INTERVAL_MILLISECONDS);
      } else {
        failures += 1;
        if (failures >= OTHER_TRIES) throw error;
        await clock.delay(failures * failures * 1000);
      }
    }
  }
};
