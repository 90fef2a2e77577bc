import type { Announce } from '../announce.ts';
import type { EnvironmentRecord } from '../model.ts';
import type { RecyclingState } from './recycling-state.ts';
import { updateEnvironment } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import type { RecyclingPlan, SkippedGroup } from './fleet.ts';
import { isSameReason } from './is-same-reason.ts';

export interface NoteDeps extends EnvironmentRecordDeps {
  readonly announce: Announce;
}

const stateOf = ({ recycling }: EnvironmentRecord, groupName: string): RecyclingState =>
  recycling?.groupName === groupName ? recycling : { groupName, failures: 0 };

/** The record with that reason, or without one; undefined when it says so already. */
const withReason = (
  record: EnvironmentRecord,
  skipped: SkippedGroup | undefined,
  at: string,
): EnvironmentRecord | undefined => {
  const { current, recycling } = record;
  if (current === undefined) return undefined;
  if (skipped === undefined) {
    if (recycling?.skipped === undefined) return undefined;
    const { skipped: _over, ...rest } = recycling;
    return { ...record, recycling: rest };
  }
  const state = stateOf(record, current.groupName);
  if (skipped.groupName !== current.groupName || isSameReason(state.skipped?.reason, skipped.reason))
    return undefined;
  return { ...record, recycling: { ...state, skipped: { reason: skipped.reason, at } } };
};

/**
 * Records of each app why it was passed over though it has machines due, and announces it when the reason is a new one. One
 * that is planned now keeps its reason until its machines are replaced, for it may be refused again at the last moment; so
 * does one that waits for its turn, which is no reason of its own.
 */
export const noteSkipped = async (
  records: readonly EnvironmentRecord[],
  { skipped, replacements }: Pick<RecyclingPlan, 'skipped' | 'replacements'>,
  deps: NoteDeps,
): Promise<void> => {
  const at = deps.clock.now().toISOString();
  const byGroup = new Map(skipped.map((each) => [each.groupName, each]));
  const waiting = skipped.filter(({ waits = false }) => waits);
  const planned = new Set([...replacements, ...waiting].map(({ groupName }) => groupName));
  for (const record of records) {
    const { groupName = '' } = record.current ?? {};
    if (planned.has(groupName)) continue;
    const reason = byGroup.get(groupName);
    if (withReason(record, reason, at) === undefined) continue;
    let changed = false;
    await updateEnvironment(record.environment, record.app, deps, (found) => {
      const next = withReason(found, reason, at);
      changed = next !== undefined;
      return next;
    });
    if (changed && reason !== undefined) await deps.announce('recycling.skipped', { ...reason });
  }
};
