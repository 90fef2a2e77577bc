import type { Announce } from '../announce.ts';
import { holdReason } from '../disruption/hold-reason.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { listApps } from '../environments/list-apps.ts';
import { readEnvironments } from '../environments/read-environments.ts';
import type { Logger } from '../log.ts';
import type { EnvironmentRecord, InstanceId } from '../model.ts';
import { readServing } from '../recycle/read-serving.ts';
import { digestOf } from '../names.ts';
import { budgetLeft } from './budget-left.ts';
import { dueKill, isInWindow } from './chaos-calendar.ts';
import type { ChaosRecord } from './chaos-record.ts';
import { checkApp, takesPart } from './check-app.ts';
import { chooseVictim } from './choose-victim.ts';
import { countMachines } from './count-machines.ts';
import { localTime } from './local-time.ts';
import type { MayKillDeps } from './may-kill.ts';
import { gapRefusal, readChaosRecord, recordLeashed } from './record-kills.ts';

export interface PlanChaosDeps extends MayKillDeps {
  readonly announce: Announce;
  readonly log: Logger;
}

/** A kill that is due and that nothing forbids: input of the `kill` state machine. */
export interface PlannedKill {
  readonly environment: string;
  readonly app: string;
  readonly killId: string;
  readonly trigger: 'schedule';
  /** The same for every plan that finds this kill due, so that it is started once. */
  readonly executionName: string;
}

/** An app whose kill was due and is not done, by which check and why. */
export interface SkippedKill {
  readonly environment: string;
  readonly app: string;
  readonly check: 'outage' | 'budget' | 'app' | 'gap';
  readonly detail: string;
}

/** What would have been killed. */
export interface HeldKill {
  readonly environment: string;
  readonly app: string;
  readonly killId: string;
  readonly instanceId: InstanceId;
}

export interface ChaosPlan {
  readonly kills: readonly PlannedKill[];
  readonly leashed: readonly HeldKill[];
  readonly skipped: readonly SkippedKill[];
}

const HASH_LENGTH = 16;

/** At most 80 characters (AWS-FACTS 4.6): an app has 40, a date 10. */
const executionNameOf = (app: string, killId: string): string => {
  const hash = digestOf([killId], HASH_LENGTH);
  return `${app}-${killId.split('/').at(-1) ?? ''}-${hash}`;
};

type Outcome = PlannedKill | HeldKill | SkippedKill;

/** Apps whose calendar has a kill for now that is not done yet, and the kill's id. */
const findDue = (
  { name, chaos }: DeployedEnvironment,
  apps: readonly string[],
  past: ChaosRecord,
  { stack, clock }: PlanChaosDeps,
): ReadonlyMap<string, string> => {
  const now = localTime(clock.now(), chaos.timeZone);
  const done = new Set([...past.kills, ...(past.leashed ?? [])].map(({ killId }) => killId));
  const due = new Map<string, string>();
  for (const app of apps) {
    const killId = dueKill({ seed: stack, environment: name, app }, now, chaos);
    if (killId !== undefined && !done.has(killId)) due.set(app, killId);
  }
  return due;
};

/** On the leash: says once what it would do, and touches nothing. */
const announceHeld = async (
  kill: HeldKill,
  { chaos }: DeployedEnvironment,
  deps: PlanChaosDeps,
): Promise<void> => {
  const { environment, app, killId, instanceId } = kill;
  const at = deps.clock.now().toISOString();
  const isNew = await recordLeashed(environment, { killId, app, instanceId, at }, chaos, deps);
  deps.log.info('chaos is on the leash', { environment, app, killId, instanceId });
  if (isNew) await deps.announce('chaos.leashed', { environment, app, killId, instanceId, at });
};

/** The checks of one app; the leash lets them all be asked and changes only what is done at the end. */
const planApp = async (
  record: EnvironmentRecord,
  killId: string,
  environment: DeployedEnvironment,
  past: ChaosRecord,
  deps: PlanChaosDeps,
): Promise<Outcome> => {
  const { name, chaos } = environment;
  const { app } = record;
  const skipped = (check: SkippedKill['check'], detail: string): SkippedKill => ({
    environment: name,
    app,
    check,
    detail,
  });
  if (!takesPart(chaos, app)) return skipped('app', 'it is left out by the environments file');
  const found = await checkApp(record, deps);
  if ('refusal' in found) return skipped('app', found.refusal);
  const victim = chooseVictim(deps.stack, killId, found.group.eligible);
  if (victim === undefined) return skipped('app', 'all of its machines are protected');
  const gap = gapRefusal(past, app, deps.clock.now(), chaos);
  if (gap !== undefined) return skipped('gap', gap);
  const kill = { environment: name, app, killId };
  if (chaos.leashed) return { ...kill, instanceId: victim.instanceId };
  return { ...kill, trigger: 'schedule', executionName: executionNameOf(app, killId) };
};

/** All apps of the environment that are due, one after the other: each kill leaves less of the budget to the next. */
const planDue = async (
  due: ReadonlyMap<string, string>,
  environment: DeployedEnvironment,
  past: ChaosRecord,
  deps: PlanChaosDeps,
): Promise<readonly Outcome[]> => {
  const records = await readServing({ environment: environment.name }, deps);
  const total = await countMachines(records, deps.autoScaling);
  let left = await budgetLeft(environment, total, deps);
  const outcomes: Outcome[] = [];
  for (const record of records) {
    const killId = due.get(record.app);
    if (killId === undefined) continue;
    const outcome: Outcome =
      left < 1
        ? {
            environment: environment.name,
            app: record.app,
            check: 'budget',
            detail: 'the disruption budget is spent',
          }
        : await planApp(record, killId, environment, past, deps);
    if ('executionName' in outcome) left -= 1;
    outcomes.push(outcome);
  }
  return outcomes;
};

const planEnvironment = async (
  environment: DeployedEnvironment,
  deps: PlanChaosDeps,
): Promise<readonly Outcome[]> => {
  const { name, chaos } = environment;
  if (!chaos.enabled || !isInWindow(chaos, localTime(deps.clock.now(), chaos.timeZone))) return [];
  const past = await readChaosRecord(name, deps);
  const due = findDue(environment, await listApps(name, deps), past, deps);
  if (due.size === 0) return [];
  const hold = await holdReason(environment, deps);
  if (hold === undefined) return planDue(due, environment, past, deps);
  return [...due.keys()].map((app) => ({ environment: name, app, check: 'outage', detail: hold }));
};

/**
 * Finds the kills that are due now and that nothing forbids, in Chaos Monkey's order of checks (AWS-FACTS 4.8). Kills
 * nothing itself; `killMachine` asks everything again. On the leash it announces what it would do.
 */
export const planChaos = async (deps: PlanChaosDeps): Promise<ChaosPlan> => {
  const kills: PlannedKill[] = [];
  const leashed: HeldKill[] = [];
  const skipped: SkippedKill[] = [];
  for (const environment of await readEnvironments(deps.documents)) {
    for (const one of await planEnvironment(environment, deps)) {
      if ('check' in one) {
        deps.log.info('chaos skipped', { ...one });
        skipped.push(one);
      } else if ('executionName' in one) kills.push(one);
      else {
        await announceHeld(one, environment, deps);
        leashed.push(one);
      }
    }
  }
  return { kills, leashed, skipped };
};
