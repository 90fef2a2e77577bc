import type { Lifecycle } from '../../service.ts';
import { finishSealed } from './complete-snapshot.ts';
import type { EbsDeps } from './deps.ts';

const SWEEP_MILLISECONDS = 15_000;

/** Cancels snapshots that were not completed within their timeout after the last write. */
export const cancelOverdue = async (deps: EbsDeps): Promise<void> => {
  const now = deps.context.clock.now();
  for (const { snapshotId, status, sealed, lastWriteAt, timeoutMinutes } of deps.snapshots.list()) {
    if (status !== 'pending' || sealed || now < lastWriteAt + timeoutMinutes * 60_000) continue;
    deps.context.log('info', 'snapshot cancelled: not completed within its timeout', { snapshotId });
    await deps.snapshots.cancel(snapshotId);
  }
};

/** Finishes sealed snapshots after a restart and cancels abandoned ones for as long as the service runs. */
export const createLifecycle = (deps: EbsDeps): Lifecycle => {
  const stopping = new AbortController();
  const sweep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await cancelOverdue(deps);
      await deps.context.clock.delay(SWEEP_MILLISECONDS, stopping.signal);
    }
  };
  return {
    start: async () => {
      await deps.snapshots.removeUnowned();
      for (const { snapshotId, status, sealed } of deps.snapshots.list()) {
        if (status === 'pending' && sealed) finishSealed(snapshotId, deps);
      }
      sweep().catch((error: unknown) => {
        if (!stopping.signal.aborted) {
          deps.context.log('error', 'sweep of abandoned snapshots ended', { error: String(error) });
        }
      });
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(deps.background);
    },
  };
};
