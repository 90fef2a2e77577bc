import { LeaseLostError } from '../errors.ts';
import type { EnvironmentRecord } from '../model.ts';
import { updateEnvironment } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';

/** Who recycles what. */
export interface Recycler {
  readonly environment: string;
  readonly app: string;
  readonly executionArn: string;
}

/** Whether the app is this execution's to change. */
export const holdsLease = ({ lease }: EnvironmentRecord, { executionArn }: Recycler): boolean =>
  lease?.executionArn === executionArn;

/**
 * Checks right before a change that it is still this execution's to make; that it is to make way is for the next batch to
 * obey. @throws LeaseLostError
 */
export const checkHolds = (record: EnvironmentRecord, recycler: Recycler): void => {
  const { lease, app, environment } = record;
  if (!holdsLease(record, recycler))
    throw new LeaseLostError(app, environment, lease === undefined ? 'nobody' : `'${lease.executionArn}'`);
};

/** Changes the app's document as long as it is this execution's to change. @throws LeaseLostError */
export const updateHeld = (
  recycler: Recycler,
  deps: EnvironmentRecordDeps,
  change: (record: EnvironmentRecord) => EnvironmentRecord,
): Promise<EnvironmentRecord> =>
  updateEnvironment(recycler.environment, recycler.app, deps, (found) => {
    checkHolds(found, recycler);
    return change(found);
  });

/** Whether somebody else wants the app: what is under way is finished, nothing more is begun. */
export const makesWay = ({ lease, waiting }: EnvironmentRecord): boolean =>
  lease?.abort !== undefined || waiting !== undefined;
