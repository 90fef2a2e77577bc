import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import type { ChaosPolicy } from '../environments/environment.ts';
import { ChaosRefusedError } from '../disruption/errors.ts';
import { chaosKey } from './chaos-record.ts';
import type { ChaosKill, ChaosRecord, LeashedKill } from './chaos-record.ts';

const HOUR_MILLISECONDS = 3_600_000;
const KEPT_HOURS = 35 * 24;

export interface ChaosRecordDeps {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}

/** What chaos did in an environment; nothing before its first kill. */
export const readChaosRecord = async (environment: string, deps: ChaosRecordDeps): Promise<ChaosRecord> =>
  (await deps.documents.read<ChaosRecord>(chaosKey(environment))) ?? {
    environment,
    updatedAt: deps.clock.now().toISOString(),
    kills: [],
  };

/** Changes the document by compare-and-swap; `change` gives undefined to leave it. */
const updateChaos = async (
  environment: string,
  deps: ChaosRecordDeps,
  change: (record: ChaosRecord) => ChaosRecord | undefined,
): Promise<void> => {
  const updatedAt = deps.clock.now().toISOString();
  await deps.documents.update<ChaosRecord>(chaosKey(environment), (found) => {
    const changed = change(found ?? { environment, updatedAt, kills: [] });
    return changed === undefined ? undefined : { ...changed, updatedAt };
  });
};

/** How many hours ago chaos last took a machine of the app, or would have on the leash; undefined: not that it is known. */
export const hoursSinceKill = (
  { kills, leashed = [] }: ChaosRecord,
  app: string,
  now: Date,
  { leashed: isLeashed }: Pick<ChaosPolicy, 'leashed'>,
): number | undefined => {
  const done = kills.filter(({ missed }) => missed === undefined);
  const times = [...done, ...(isLeashed ? leashed : [])]
    .filter((kill) => kill.app === app)
    .map(({ at }) => Date.parse(at));
  return times.length === 0 ? undefined : (now.getTime() - Math.max(...times)) / HOUR_MILLISECONDS;
};

/** Why the minimum gap forbids another kill of the app now; undefined when it does not. */
export const gapRefusal = (
  record: ChaosRecord,
  app: string,
  now: Date,
  policy: ChaosPolicy,
): string | undefined => {
  const hours = hoursSinceKill(record, app, now, policy);
  return hours === undefined || hours >= policy.minimumGapHours
    ? undefined
    : `its last one was ${hours.toFixed(1)} h ago, the minimum gap is ${policy.minimumGapHours} h`;
};

const recent =
  (now: Date, { minimumGapHours }: Pick<ChaosPolicy, 'minimumGapHours'>) =>
  ({ at }: { readonly at: string }): boolean =>
    now.getTime() - Date.parse(at) < Math.max(KEPT_HOURS, minimumGapHours) * HOUR_MILLISECONDS;

/**
 * Writes down machines that are about to be killed, all with the same id: nobody else may have used it, and the gap must
 * still be kept in the very document that is written. If this fails in any way, nothing is killed.
 * @throws ChaosRefusedError, DocumentConflictError
 */
export const recordKills = async (
  environment: string,
  newKills: readonly [ChaosKill, ...ChaosKill[]],
  policy: ChaosPolicy,
  deps: ChaosRecordDeps,
): Promise<void> => {
  const [{ killId, app, trigger }] = newKills;
  await updateChaos(environment, deps, (record) => {
    const now = deps.clock.now();
    if (record.kills.some((kill) => kill.killId === killId))
      throw new ChaosRefusedError(app, environment, 'recorded', `'${killId}' was done already`);
    const gap = trigger === 'drill' ? undefined : gapRefusal(record, app, now, { ...policy, leashed: false });
    if (gap !== undefined) throw new ChaosRefusedError(app, environment, 'gap', gap);
    return { ...record, kills: [...newKills, ...record.kills].filter(recent(now, policy)) };
  });
};

/** Writes down what the leash held back; false when that was done before. */
export const recordLeashed = async (
  environment: string,
  kill: LeashedKill,
  policy: ChaosPolicy,
  deps: ChaosRecordDeps,
): Promise<boolean> => {
  let isNew = false;
  await updateChaos(environment, deps, (record) => {
    const { leashed = [] } = record;
    isNew = !leashed.some(({ killId }) => killId === kill.killId);
    return isNew
      ? { ...record, leashed: [kill, ...leashed].filter(recent(deps.clock.now(), policy)) }
      : undefined;
  });
  return isNew;
};

/** Notes something about the kills of an execution. */
export const amendKills = (
  environment: string,
  which: (kill: ChaosKill) => boolean,
  amendment: Partial<Pick<ChaosKill, 'wholeAt' | 'recoverySeconds' | 'missed'>>,
  deps: ChaosRecordDeps,
): Promise<void> =>
  updateChaos(environment, deps, (record) =>
    record.kills.some(which)
      ? { ...record, kills: record.kills.map((kill) => (which(kill) ? { ...kill, ...amendment } : kill)) }
      : undefined,
  );
