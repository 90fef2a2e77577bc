import type { Announce } from '../announce.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Release } from '../model.ts';
import { readFailure, statusFor } from './failure.ts';
import type { Failure } from './failure.ts';
import { recordRelease } from './release-record.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import type { RemoveLeftoversDeps } from './remove-leftovers.ts';

export interface RejectReleaseInput {
  readonly release: Release;
  /** Name and cause of the error as the state machine caught it. */
  readonly error: string;
  readonly cause: string;
}

export interface RejectReleaseDeps extends RemoveLeftoversDeps {
  readonly announce: Announce;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Records why a release ended, where people look for it, and removes what it left behind. */
export const rejectRelease = async (input: RejectReleaseInput, deps: RejectReleaseDeps): Promise<Failure> => {
  const failure = readFailure(input.error, input.cause);
  await recordRelease(input.release, { status: statusFor(failure), ...failure }, deps);
  const { reason, message } = failure;
  deps.log.warn('release ended', { releaseId: input.release.releaseId, reason, failure: message });
  await removeLeftovers(input.release, deps);
  await deps.announce('release.rejected', { ...input.release, ...failure });
  return failure;
};
