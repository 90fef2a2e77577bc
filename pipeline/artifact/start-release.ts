import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Logger } from '../log.ts';
import type { Release } from '../model.ts';
import { DROP_KEY_FORM, parseDropKey } from './drop-key.ts';
import { releaseOf } from './release-of.ts';
import type { DroppedObject } from './release-of.ts';

/** What became of the event. */
export type StartReleaseOutput =
  | { readonly started: true; readonly release: Release; readonly executionArn: string }
  | { readonly started: false; readonly reason: string };

export interface StartReleaseDeps {
  readonly states: SFNClient;
  readonly stateMachineArn: string;
  readonly log: Logger;
}

/**
 * Starts the release of a dropped artifact. Events arrive at least once: the execution is named after the drop, so that
 * a second delivery finds it there already. A key outside the grammar is ignored, with the reason in the log.
 */
export const startRelease = async (
  event: DroppedObject,
  deps: StartReleaseDeps,
): Promise<StartReleaseOutput> => {
  const drop = parseDropKey(event.key);
  if (drop === undefined) {
    const reason = `key '${event.key}' names no artifact, expected ${DROP_KEY_FORM}`;
    deps.log.warn('drop ignored', { key: event.key, reason });
    return { started: false, reason };
  }
  const release = releaseOf(event, drop);
  try {
    const { executionArn = '' } = await deps.states.send(
      new StartExecutionCommand({
        stateMachineArn: deps.stateMachineArn,
        name: release.releaseId,
        input: JSON.stringify(release),
      }),
    );
    deps.log.info('release started', { releaseId: release.releaseId, executionArn });
    return { started: true, release, executionArn };
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    const reason = `release '${release.releaseId}' was started by an earlier delivery of the same drop`;
    deps.log.info('drop ignored', { key: event.key, reason });
    return { started: false, reason };
  }
};
