import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Announce } from '../announce.ts';
import type { Logger } from '../log.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { isRunning } from '../rollout/is-running.ts';
import { announceOutcome, announceRefusal } from './announce-outcome.ts';
import { approvalKey } from './approval-record.ts';
import type { ApprovalRecord } from './approval-record.ts';
import { clearPending } from './clear-pending.ts';
import { tellExecution } from './tell-execution.ts';
import type { Telling } from './tell-execution.ts';

/** Longer than a call to Step Functions takes; whoever has not finished by then has died. */
const CLAIM_MILLISECONDS = 10_000;
const LOOK_AGAIN_MILLISECONDS = 250;
const ENDED = 'the rollout ended before';

export interface ResumeRolloutDeps extends EnvironmentRecordDeps {
  readonly states: SFNClient;
  readonly announce: Announce;
  readonly log: Logger;
}

type Claim =
  /** Without a token when the execution ended before one arrived. */
  | { readonly kind: 'ours'; readonly record: ApprovalRecord; readonly taskToken: string | undefined }
  | { readonly kind: 'busy' }
  /** The token has not arrived, and may never do. */
  | { readonly kind: 'no-token'; readonly record: ApprovalRecord }
  /** There is nothing to tell. */
  | { readonly kind: 'nothing'; readonly record: ApprovalRecord | undefined };

const claim = async (key: string, hasEnded: boolean, deps: ResumeRolloutDeps): Promise<Claim> => {
  let claimed: Claim = { kind: 'nothing', record: undefined };
  await deps.documents.update<ApprovalRecord>(key, (record) => {
    claimed = { kind: 'nothing', record };
    if (record === undefined || record.status === 'pending') return undefined;
    const { taskToken, resumedAt, tellingSince } = record;
    if (resumedAt !== undefined) return undefined;
    if (taskToken === undefined && !hasEnded) {
      claimed = { kind: 'no-token', record };
      return undefined;
    }
    const now = deps.clock.now();
    if (tellingSince !== undefined && now.getTime() < Date.parse(tellingSince) + CLAIM_MILLISECONDS) {
      claimed = { kind: 'busy' };
      return undefined;
    }
    const next = { ...record, tellingSince: now.toISOString() };
    claimed = { kind: 'ours', record: next, taskToken };
    return next;
  });
  return claimed;
};

const release = async (key: string, deps: ResumeRolloutDeps): Promise<void> => {
  await deps.documents.update<ApprovalRecord>(key, (record) => {
    if (record?.tellingSince === undefined) return undefined;
    const { tellingSince: _given, ...rest } = record;
    return rest;
  });
};

const finish = async (
  key: string,
  deps: ResumeRolloutDeps,
  more: (record: ApprovalRecord) => Partial<ApprovalRecord>,
): Promise<ApprovalRecord | undefined> => {
  const at = deps.clock.now().toISOString();
  return deps.documents.update<ApprovalRecord>(key, (record) => {
    if (record === undefined) return undefined;
    const { tellingSince: _done, ...rest } = record;
    return { ...rest, ...more(record), resumedAt: at, updatedAt: at };
  });
};

/** A decision that came to nothing stays on record as refused. */
const closeEnded = async (
  key: string,
  { decisions }: ApprovalRecord,
  deps: ResumeRolloutDeps,
): Promise<ApprovalRecord | undefined> => {
  const last = decisions.at(-1);
  const record = await finish(key, deps, ({ refused }) => ({
    status: 'expired',
    decisions: decisions.slice(0, -1),
    refused: last === undefined ? refused : [...refused, { ...last, reason: ENDED }],
  }));
  if (record === undefined) return undefined;
  if (last !== undefined) await announceRefusal(record, last, ENDED, deps.announce);
  await announceOutcome(record, deps.announce);
  return record;
};

/** Without a token nobody was ever told: a decision came to nothing, anything else needs no telling. */
const tellNobody = ({ status }: ApprovalRecord): Telling =>
  status === 'approved' || status === 'rejected' ? 'ended' : 'told';

const tell = async (
  key: string,
  record: ApprovalRecord,
  taskToken: string | undefined,
  deps: ResumeRolloutDeps,
): Promise<ApprovalRecord | undefined> => {
  try {
    const telling =
      taskToken === undefined ? tellNobody(record) : await tellExecution(record, taskToken, deps.states);
    const { approvalId, status } = record;
    deps.log.info('approval told', { approvalId, status, telling, executionArn: record.executionArn });
    if (telling === 'ended') return await closeEnded(key, record, deps);
    if (telling === 'told') {
      // Before the note that it is done: a crash in between repeats the news rather than losing it.
      await announceOutcome(record, deps.announce);
      return await finish(key, deps, () => ({}));
    }
  } catch (error) {
    await release(key, deps);
    throw error;
  }
  await release(key, deps);
  return record;
};

/**
 * Tells the execution of an approval that is no longer pending, once: whoever claims it does, and after a crash in
 * between the next one who comes along. Without a token yet, it is told when the token arrives; if it has ended, the
 * approval ends with it.
 */
export const resumeRollout = async (
  id: Pick<ApprovalRecord, 'app' | 'approvalId'>,
  deps: ResumeRolloutDeps,
): Promise<ApprovalRecord | undefined> => {
  const key = approvalKey(id);
  let hasEnded = false;
  for (;;) {
    const claimed = await claim(key, hasEnded, deps);
    if (claimed.kind === 'busy') {
      await deps.clock.delay(LOOK_AGAIN_MILLISECONDS);
      continue;
    }
    if (claimed.kind === 'nothing') return claimed.record;
    if (claimed.kind === 'no-token') {
      // Nothing is claimed meanwhile: whoever stores a token now tells it without waiting for us.
      if (await isRunning(claimed.record.executionArn, deps.states)) return claimed.record;
      hasEnded = true;
      continue;
    }
    const record = await tell(key, claimed.record, claimed.taskToken, deps);
    if (record !== undefined) await clearPending(record, deps);
    return record;
  }
};
