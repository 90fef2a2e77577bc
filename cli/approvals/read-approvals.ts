import { approvalKey } from '#pipeline/approval/approval-record';
import type { ApprovalRecord } from '#pipeline/approval/approval-record';
import type { CommandContext } from '../command-context.ts';
import { readApps } from '../environments/environment-records.ts';
import type { Selection } from '../environments/environment-records.ts';
import { listDocuments } from '../list-documents.ts';

type Reader = Pick<CommandContext, 'connection' | 'stack' | 'documents'>;

/** An approval as it may be shown: the task token, which resumes the rollout, stays in its document. */
export type ShownApproval = Omit<ApprovalRecord, 'taskToken'>;

const withoutToken = ({ taskToken: _secret, ...shown }: ApprovalRecord): ShownApproval => shown;

/** One approval; undefined when there is none. */
export const readApproval = async (
  id: Pick<ApprovalRecord, 'app' | 'approvalId'>,
  { documents }: Pick<CommandContext, 'documents'>,
): Promise<ShownApproval | undefined> => {
  const record = await documents.read<ApprovalRecord>(approvalKey(id));
  return record === undefined ? undefined : withoutToken(record);
};

/** The approvals that wait for somebody, one per app and environment at most. */
export const readPendingApprovals = async (
  selection: Selection,
  context: Reader,
): Promise<readonly ShownApproval[]> => {
  const apps = await readApps(selection, context);
  const ids = apps.flatMap(({ record: { app, pendingApproval } }) =>
    pendingApproval === undefined ? [] : [{ app, approvalId: pendingApproval.approvalId }],
  );
  const found = await Promise.all(ids.map((id) => readApproval(id, context)));
  return found
    .filter((approval) => approval?.status === 'pending')
    .filter((approval) => approval !== undefined);
};

/** Every approval that there ever was, the newest first. */
export const readAllApprovals = async (
  { app, environment }: Selection,
  context: Reader,
): Promise<readonly ShownApproval[]> => {
  const prefix = app === undefined ? 'kiln/approvals/' : `kiln/approvals/${app}/`;
  const records = await listDocuments<ApprovalRecord>(prefix, context);
  return records
    .filter((record) => environment === undefined || record.environment === environment)
    .map(withoutToken)
    .toSorted((a, b) => b.requestedAt.localeCompare(a.requestedAt));
};
