import { updateEnvironment } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import type { ApprovalRecord } from './approval-record.ts';

/** Takes the approval off the environment's record, unless a newer one has its place already. */
export const clearPending = async (
  { app, environment, approvalId }: Pick<ApprovalRecord, 'app' | 'environment' | 'approvalId'>,
  deps: EnvironmentRecordDeps,
): Promise<void> => {
  await updateEnvironment(environment, app, deps, (record) => {
    const { pendingApproval, ...rest } = record;
    return pendingApproval?.approvalId === approvalId ? rest : undefined;
  });
};
