import type { BudgetDeps } from '../disruption/budget.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { holdReason } from '../disruption/hold-reason.ts';
import type { HoldReasonDeps } from '../disruption/hold-reason.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import { ChaosRefusedError } from '../disruption/errors.ts';
import type { Deployment } from '../model.ts';
import { readServing } from '../recycle/read-serving.ts';
import type { ReadServingDeps } from '../recycle/read-serving.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import { budgetLeft } from './budget-left.ts';
import { dueKill } from './chaos-calendar.ts';
import { checkApp, takesPart } from './check-app.ts';
import type { CheckAppDeps } from './check-app.ts';
import { countMachines } from './count-machines.ts';
import { localTime } from './local-time.ts';
import { gapRefusal, readChaosRecord } from './record-kills.ts';
import type { ServingGroup } from './serving-group.ts';

/** A kill that is wished for. */
export interface KillRequest {
  readonly app: string;
  readonly environment: string;
  /** A drill is a person's: it needs no policy, keeps no hours and no gap, and is never on the leash. */
  readonly trigger: 'schedule' | 'drill';
  readonly executionArn: string;
  /** Of the schedule's. */
  readonly killId?: string;
  readonly by?: string;
  /** A zone's name or its last letters, as `a`. */
  readonly zone?: string;
  /** All of a zone's machines, or one. */
  readonly machines?: 'one' | 'zone';
}

export interface MayKillDeps extends ReadServingDeps, CheckAppDeps, BudgetDeps, HoldReasonDeps {
  readonly documents: DocumentStore;
  /** Seeds the calendar and the choice of victims. */
  readonly stack: string;
}

/** What a kill that nothing forbids needs to know. */
export interface KillPermit {
  readonly environment: DeployedEnvironment;
  readonly current: Deployment;
  readonly group: ServingGroup;
  /** Machines of the environment. */
  readonly total: number;
}

/** Whether the schedule's kill is the one that the calendar has now: an execution that comes late kills nothing. */
const calendarRefusal = (
  { environment, app, killId }: KillRequest,
  { chaos }: DeployedEnvironment,
  { stack, clock }: MayKillDeps,
): string | undefined => {
  const now = localTime(clock.now(), chaos.timeZone);
  const due = dueKill({ seed: stack, environment, app }, now, chaos);
  return due !== undefined && due === killId ? undefined : `'${killId ?? 'none'}' is not due now`;
};

/**
 * Asks everything that can forbid a kill, in Chaos Monkey's order (AWS-FACTS 4.8): enabled, outage, budget, leash, app,
 * gap. Changes nothing. @throws ChaosRefusedError with the first check that forbids it
 */
export const mayKill = async (request: KillRequest, deps: MayKillDeps): Promise<KillPermit> => {
  const { app, trigger } = request;
  const environment = await readEnvironment(request.environment, deps.documents);
  const refuse = (check: string, detail: string | undefined): void => {
    if (detail !== undefined) throw new ChaosRefusedError(app, environment.name, check, detail);
  };
  const isDrill = trigger === 'drill';
  if (!isDrill) {
    refuse('enabled', environment.chaos.enabled ? undefined : 'chaos is off there');
    refuse('due', calendarRefusal(request, environment, deps));
  }
  refuse('outage', await holdReason(environment, deps));
  const records = await readServing({ environment: environment.name }, deps);
  const total = await countMachines(records, deps.autoScaling);
  const left = await budgetLeft(environment, total, deps, request.executionArn);
  refuse('budget', left >= 1 ? undefined : 'the disruption budget is spent');
  if (!isDrill) refuse('leashed', environment.chaos.leashed ? 'chaos is on the leash there' : undefined);
  refuse('app', takesPart(environment.chaos, app) ? undefined : 'it is left out by the environments file');
  const record = await readEnvironmentRecord(environment.name, app, deps);
  const found = await checkApp(record, deps, request.executionArn);
  if ('refusal' in found) throw new ChaosRefusedError(app, environment.name, 'app', found.refusal);
  if (!isDrill) {
    const past = await readChaosRecord(environment.name, deps);
    refuse('gap', gapRefusal(past, app, deps.clock.now(), environment.chaos));
  }
  return { environment, total, ...found };
};
