import type { EnvironmentRecord } from '../model.ts';
import { updateEnvironment } from '../rollout/environment-record.ts';
import type { PassedOver, RecyclingPlan } from './fleet.ts';
import { isSameReason } from './is-same-reason.ts';
import type { NoteDeps } from './note-skipped.ts';
import type { PassedOverMachine } from './passed-over-machine.ts';
import { passedOverText } from './passed-over-text.ts';

/** The document is read at every step of a rollout: it stays small. */
const MOST_NOTED = 50;

/** What a plan found of an app's machines. */
interface Finding {
  readonly machines: PassedOver['machines'];
  /** False: the whole group is left alone for another reason, which is told of it. */
  readonly mayTell: boolean;
  /** ISO 8601. */
  readonly at: string;
}

const notedAfter = (
  { passedOver = [] }: EnvironmentRecord,
  { machines, mayTell, at }: Finding,
): readonly PassedOverMachine[] => {
  const known = new Map(passedOver.map((machine) => [machine.instanceId, machine]));
  return machines
    .filter(({ instanceId }) => mayTell || known.has(instanceId))
    .map((machine) => {
      const before = known.get(machine.instanceId);
      return before !== undefined && isSameReason(before.reason, machine.reason)
        ? before
        : { ...machine, since: at };
    })
    .slice(0, MOST_NOTED);
};

/** The record with the machines that are passed over; undefined when it says so already. */
const withPassedOver = (record: EnvironmentRecord, finding: Finding): EnvironmentRecord | undefined => {
  const before = record.passedOver ?? [];
  const next = notedAfter(record, finding);
  const isSame = next.length === before.length && next.every((machine) => before.includes(machine));
  if (isSame) return undefined;
  const { passedOver: _before, ...rest } = record;
  return next.length === 0 ? rest : { ...rest, passedOver: next };
};

/**
 * Records of each app which machines stay though they are due, and announces those for which that is new. They are forgotten
 * when they are due no longer, gone, or replaced; while the whole group is left alone for another reason none is added.
 */
export const notePassedOver = async (
  records: readonly EnvironmentRecord[],
  { passedOver, skipped, held }: Pick<RecyclingPlan, 'passedOver' | 'skipped' | 'held'>,
  deps: NoteDeps,
): Promise<void> => {
  const at = deps.clock.now().toISOString();
  const byGroup = new Map(passedOver.map((each) => [each.groupName, each.machines]));
  const heldNow = new Set(held.map(({ environment }) => environment));
  const unfit = new Set(skipped.filter(({ waits }) => waits !== true).map(({ groupName }) => groupName));
  for (const record of records) {
    const { environment, app, current } = record;
    if (current === undefined) continue;
    const { groupName } = current;
    const mayTell = !heldNow.has(environment) && !unfit.has(groupName);
    const finding = { machines: byGroup.get(groupName) ?? [], mayTell, at };
    if (withPassedOver(record, finding) === undefined) continue;
    let fresh: readonly PassedOverMachine[] = [];
    await updateEnvironment(environment, app, deps, (found) => {
      // What is known of another group's machines says nothing of it.
      const next = found.current?.groupName === groupName ? withPassedOver(found, finding) : undefined;
      fresh = (next?.passedOver ?? []).filter(({ since }) => since === at);
      return next;
    });
    if (fresh.length === 0) continue;
    const machines = fresh.map(({ instanceId }) => instanceId);
    const due = fresh.length;
    const reason = passedOverText(fresh);
    await deps.announce('recycling.skipped', { environment, app, groupName, due, machines, reason });
  }
};
