import type { BudgetRecord } from '#pipeline/disruption/budget-record';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { EnvironmentRecord } from '#pipeline/model';
import { passedOverText } from '#pipeline/recycle/passed-over-text';
import { ageOf } from '../age.ts';
import { withClockTimes } from '../clock-time.ts';
import { countText } from '../recycle/count-text.ts';
import type { Finding } from './finding.ts';

type Explanation = Omit<Finding, 'check'>;

const explainPassedOver = (
  { app, environment, passedOver = [] }: EnvironmentRecord,
  now: Date,
): readonly Explanation[] => {
  const oldest = passedOver.map(({ since }) => since).toSorted()[0];
  if (oldest === undefined) return [];
  const stay = passedOver.length === 1 ? 'machine is due but stays' : 'machines are due but stay';
  return [
    {
      status: 'note',
      found: `${passedOver.length} ${stay}, for up to ${ageOf(oldest, now)}: ${passedOverText(passedOver)}`,
      remedy: `kiln recycle ${app} --env ${environment} says whether that is still so`,
    },
  ];
};

/** Why the machines that serve an app are not replaced for their age, and what to do. */
export const explainRecycling = (record: EnvironmentRecord, now: Date): readonly Explanation[] => [
  ...explainGroup(record, now),
  ...explainPassedOver(record, now),
];

function explainGroup(
  { app, environment, current, recycling }: EnvironmentRecord,
  now: Date,
): readonly Explanation[] {
  // What is known of another group is no longer true.
  if (recycling === undefined || recycling.groupName !== current?.groupName) return [];
  const { blockedSince, failures, lastFailure = 'no reason is recorded', skipped } = recycling;
  const last = withClockTimes(lastFailure, now);
  if (blockedSince !== undefined) {
    return [
      {
        status: 'blocked',
        found: `its machines are not replaced any more, for ${ageOf(blockedSince, now)}, after ${countText(failures, 'failure')} in a row: ${last}`,
        remedy: `kiln logs ${app}, then release a fix, or kiln recycle --unblock ${app} --env ${environment}`,
      },
    ];
  }
  const found: Explanation[] = [];
  if (failures > 0)
    found.push({
      status: 'note',
      found: `${countText(failures, 'replacement')} in a row failed, the old machines serve on: ${last}`,
    });
  if (skipped !== undefined)
    found.push({
      status: 'note',
      found: `machines are due but were passed over ${ageOf(skipped.at, now)} ago: ${withClockTimes(skipped.reason, now)}`,
      remedy: `kiln recycle ${app} --env ${environment} says whether that is still so`,
    });
  return found;
}

/** What is known of an environment as a whole. */
export interface EnvironmentFacts {
  readonly environment: Pick<DeployedEnvironment, 'name' | 'maximumUptimeMinutes' | 'uptimeGraceMinutes'>;
  readonly budget: BudgetRecord;
  /** When its machines were launched, ISO 8601. */
  readonly launchedAt: readonly string[];
}

const explainOutage = ({ environment, budget }: EnvironmentFacts, now: Date): readonly Explanation[] => {
  const { outage } = budget;
  if (outage === undefined) return [];
  const found = `an outage for ${ageOf(outage.since, now)}, says ${outage.by}: ${outage.reason}; nothing is recycled and chaos is quiet`;
  return [{ status: 'note', found, remedy: `kiln chaos resume --env ${environment.name}, once it is over` }];
};

const explainHold = ({ environment, budget }: EnvironmentFacts, now: Date): readonly Explanation[] => {
  const { held, outage } = budget;
  // It holds for the outage, then.
  if (held === undefined || outage !== undefined) return [];
  return [
    {
      status: 'note',
      found: `recycling holds for ${ageOf(held.since, now)}: ${withClockTimes(held.reason, now)}`,
      remedy: `kiln recycle --env ${environment.name} says whether that is still so; kiln recycle --now --env ${environment.name} --even-if-overdue where the machines really are that old`,
    },
  ];
};

const explainBudget = ({ budget }: EnvironmentFacts, now: Date): readonly Explanation[] => {
  const holders = budget.disruptions.map(
    ({ kind, app, machines, since }) =>
      `${kind} of ${app} has ${countText(machines, 'machine')} for ${ageOf(since, now)}`,
  );
  return holders.length === 0
    ? []
    : [{ status: 'ok', found: `of the disruption budget ${holders.join(', ')}` }];
};

const explainOverdue = (
  { environment: { name, maximumUptimeMinutes, uptimeGraceMinutes }, launchedAt }: EnvironmentFacts,
  now: Date,
): readonly Explanation[] => {
  if (maximumUptimeMinutes === undefined) return [];
  const olderThan = (minutes: number): number =>
    launchedAt.filter((at) => now.getTime() - Date.parse(at) > minutes * 60_000).length;
  const overdue = olderThan(maximumUptimeMinutes);
  if (overdue === 0) return [];
  const expired = olderThan(maximumUptimeMinutes + uptimeGraceMinutes);
  const past = expired === 0 ? '' : `, ${expired} of them past the grace of ${uptimeGraceMinutes} min too`;
  return [
    {
      status: 'note',
      found: `${overdue} of ${countText(launchedAt.length, 'machine')} ${overdue === 1 ? 'is' : 'are'} over the maximum uptime of ${maximumUptimeMinutes} min${past}`,
      remedy: `kiln recycle --env ${name} says why, kiln recycle --now --env ${name} replaces them now`,
    },
  ];
};

/** What keeps machines of an environment from being replaced, and what to do; nothing where nothing does. */
export const explainEnvironment = (facts: EnvironmentFacts, now: Date): readonly Finding[] =>
  [explainOutage, explainHold, explainBudget, explainOverdue]
    .flatMap((explain) => explain(facts, now))
    .map((explanation) => ({ check: facts.environment.name, ...explanation }));
