import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { RolloutInProgressError } from '../errors.ts';
import type { EnvironmentRecord, Lease, Release } from '../model.ts';
import { environmentKey, updateEnvironment } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { markRetiring } from './retiring.ts';

export interface LeaseDeps extends EnvironmentRecordDeps {
  readonly states: SFNClient;
}

const isRunning = async (executionArn: string, states: SFNClient): Promise<boolean> => {
  try {
    const { status } = await states.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING';
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return false;
    throw error;
  }
};

/**
 * Takes the right to change an app in an environment. An owner whose execution no longer runs has lost it; what it left
 * is noted as to be removed.
 * @throws RolloutInProgressError while another execution holds it
 */
export const takeLease = async (
  environment: string,
  release: Release,
  executionArn: string,
  deps: LeaseDeps,
): Promise<EnvironmentRecord> =>
  updateEnvironment(environment, release.app, deps, async (record) => {
    const held = record.lease;
    const isAnothers = held !== undefined && held.executionArn !== executionArn;
    if (isAnothers && (await isRunning(held.executionArn, deps.states))) {
      throw new RolloutInProgressError(release.app, environment, held.releaseId);
    }
    const lease: Lease = {
      executionArn,
      releaseId: release.releaseId,
      since: deps.clock.now().toISOString(),
    };
    return { ...(isAnothers ? markRetiring(record, held.releaseId) : record), lease };
  });

/** Gives the right back, if this execution still holds it. */
export const releaseLease = async (
  environment: string,
  app: string,
  executionArn: string,
  deps: EnvironmentRecordDeps,
): Promise<void> => {
  const updatedAt = deps.clock.now().toISOString();
  await deps.documents.update<EnvironmentRecord>(environmentKey(environment, app), (record) => {
    if (record?.lease?.executionArn !== executionArn) return undefined;
    const { lease: _given, ...rest } = record;
    return { ...rest, updatedAt };
  });
};
