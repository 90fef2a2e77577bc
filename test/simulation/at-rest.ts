import type { BudgetRecord } from '#pipeline/disruption/budget-record';
import type { EnvironmentRecord } from '#pipeline/model';
import { isDisruption } from '#pipeline/rollout/lease';
import { activeMachines } from './aws/reconcile-group.ts';
import type { WantedCapacity } from './operators.ts';
import type { World } from './world.ts';

const recordsOf = ({ documents }: World): EnvironmentRecord[] =>
  [...documents]
    .filter(([key]) => key.startsWith('kiln/environments/'))
    .map(([, document]) => document as EnvironmentRecord);

const leftInRecord = ({ executions }: World, record: EnvironmentRecord): string[] => {
  const { app, lease, waiting, replacement, retiring } = record;
  // Whoever comes next strikes it out.
  const living = (owner: { readonly executionArn: string } | undefined): unknown =>
    executions.all.get(owner?.executionArn ?? '')?.status === 'RUNNING' ? owner : undefined;
  const held = lease !== undefined && isDisruption(lease) ? living(lease) : lease;
  return Object.entries({ lease: held, waiting: living(waiting), replacement, retiring })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `the document of '${app}' still has '${name}'`);
};

/** A stopped execution has lost its part; whoever takes next strikes it out. */
const leftInBudgets = ({ documents, executions }: World): string[] =>
  [...documents]
    .filter(([key]) => key.startsWith('kiln/budgets/'))
    .map(([, document]) => document as BudgetRecord)
    .filter(({ disruptions }) =>
      disruptions.some(({ executionArn }) => executions.all.get(executionArn)?.status === 'RUNNING'),
    )
    .map(({ environment }) => `the budget of '${environment}' is still spent`);

const wrongCapacity = ({ account }: World, record: EnvironmentRecord, wanted: WantedCapacity): string[] => {
  const { app, environment, current } = record;
  if (current === undefined) return [];
  const group = account.groups.get(current.groupName);
  if (group === undefined) return [`'${app}' has no group`];
  const expected = wanted.get(`${environment}/${app}`) ?? 0;
  const active = activeMachines(group).length;
  return [
    ...(group.desired === expected
      ? []
      : [`'${app}' wants ${group.desired} machines, people want ${expected}`]),
    ...(active === group.desired ? [] : [`'${app}' has ${active} machines of ${group.desired}`]),
  ];
};

const surplusGroups = ({ account }: World, records: readonly EnvironmentRecord[]): string[] => {
  const named = new Set(
    records.flatMap(({ current, warm }) => [current?.groupName, warm?.deployment.groupName]),
  );
  const groups = [...account.groups.keys()].filter((name) => !named.has(name));
  const templates = [...account.templates.keys()].filter((name) => !named.has(name));
  return [
    ...groups.map((name) => `group '${name}' is nobody's`),
    ...templates.map((name) => `launch template '${name}' is nobody's`),
  ];
};

/** Says what is left over when all has come to rest, and what is not as people want it. */
export const stateRest = (world: World, wanted: WantedCapacity): void => {
  const records = recordsOf(world);
  const left = [
    ...[...world.executions.running].map(({ arn }) => `'${arn}' still runs`),
    ...records.flatMap((record) => leftInRecord(world, record)),
    ...leftInBudgets(world),
    ...records.flatMap((record) => wrongCapacity(world, record, wanted)),
    ...surplusGroups(world, records),
  ];
  const seq = world.history.count();
  world.history.violations.push(...left.map((text) => ({ invariant: 'I10' as const, seq, text })));
};
