import { allowedDisruption } from '#pipeline/disruption/budget';
import type { BudgetRecord } from '#pipeline/disruption/budget-record';
import type { ChaosRecord } from '#pipeline/chaos/chaos-record';
import type { EnvironmentRecord, Lease, Replacement } from '#pipeline/model';
import { deploymentNames } from '#pipeline/names';
import { isDeployment } from '#pipeline/rollout/configuration';
import { count } from './world.ts';
import type { World } from './world.ts';

type Trigger = 'drop' | 'promotion' | 'rollback';

const isRollout = (trigger: Lease['trigger']): trigger is Trigger =>
  trigger === 'drop' || trigger === 'promotion' || trigger === 'rollback';

const leaseEnds = (world: World, lease: Lease, before: EnvironmentRecord, after: EnvironmentRecord): void => {
  const { history, executions } = world;
  const { app, environment } = after;
  const owner = lease.executionArn;
  if (isRollout(lease.trigger)) {
    const isLive = isDeployment(after.current, lease) && !isDeployment(before.current, lease);
    // What a killed one left is somebody else's to undo; that it is undone shows at the end.
    const wasKilled = executions.all.get(owner)?.status !== 'RUNNING';
    const status = isLive ? 'live' : wasKilled ? 'replaced' : 'rolled-back';
    const { releaseId: release } = lease;
    history.state(owner, { fact: 'rollout.ended', execution: owner, release, status, app, environment });
    count(world, `rollouts ${isLive ? 'live' : wasKilled ? 'killed' : 'rolled back'}`);
  }
  history.state(owner, { fact: 'lease.ended', owner, app, environment });
};

const leaseBegins = (world: World, lease: Lease, record: EnvironmentRecord): void => {
  const { history, stack } = world;
  const { app, environment, current } = record;
  const { executionArn: owner, trigger, releaseId: release } = lease;
  history.state(owner, { fact: 'lease.taken', owner, trigger, app, environment });
  if (!isRollout(trigger)) return;
  history.state(owner, {
    fact: 'rollout.started',
    execution: owner,
    release,
    trigger,
    order: Date.parse(lease.drop?.droppedAt ?? ''),
    green: deploymentNames(stack, app, lease, environment).group,
    ...(current === undefined ? {} : { blue: current.groupName }),
    app,
    environment,
  });
};

/** Whether all the machines that were to be replaced have left their group. */
const isDone = ({ account }: World, { groupName, retire }: Replacement): boolean =>
  retire.every(({ instanceId }) => account.groups.get(groupName)?.machines.get(instanceId) === undefined);

const replacementFacts = (world: World, before: EnvironmentRecord, after: EnvironmentRecord): void => {
  const { history } = world;
  const { app, environment } = after;
  const [was, is] = [before.replacement, after.replacement];
  // Whoever takes it over goes on with it.
  if (was?.clientToken === is?.clientToken) return;
  if (was !== undefined) {
    const { executionArn: execution, groupName: group } = was;
    const outcome = isDone(world, was) ? 'recycled' : 'abandoned';
    history.state(execution, { fact: 'replacement.ended', execution, group, outcome, app, environment });
    count(world, `replacements ${outcome}`);
  }
  if (is === undefined) return;
  const { executionArn: execution, groupName: group } = is;
  const retire = is.retire.map(({ instanceId }) => instanceId);
  history.state(execution, { fact: 'replacement.started', execution, group, retire, app, environment });
};

/** What people are shown of machines that grow too old; a replacement that failed is a reason before the group is blocked. */
const reasonOf = ({ recycling, passedOver }: EnvironmentRecord): string | undefined =>
  recycling?.skipped?.reason ?? recycling?.lastFailure ?? passedOver?.[0]?.reason;

const excuseFacts = (world: World, after: EnvironmentRecord): void => {
  const { current, recycling } = after;
  const group = recycling?.groupName ?? current?.groupName;
  if (group !== undefined) world.excuses.set(group, after, 'document', reasonOf(after));
};

const heldFacts = ({ account, excuses }: World, { environment, held }: BudgetRecord): void => {
  for (const group of account.groups.values())
    if (group.environment === environment) excuses.set(group.name, group, 'held', held?.reason);
};

const recordFacts = (world: World, before: EnvironmentRecord | undefined, after: EnvironmentRecord): void => {
  const was = before ?? { app: after.app, environment: after.environment, updatedAt: '' };
  // A lease that is over before what was done under it would look like nobody's.
  const isPassedOn = was.lease?.executionArn !== after.lease?.executionArn;
  if (isPassedOn && after.lease !== undefined && was.lease !== undefined)
    leaseEnds(world, was.lease, was, after);
  if (isPassedOn && after.lease !== undefined) leaseBegins(world, after.lease, after);
  replacementFacts(world, was, after);
  excuseFacts(world, after);
  if (isPassedOn && after.lease === undefined && was.lease !== undefined)
    leaseEnds(world, was.lease, was, after);
};

const machinesOf = ({ account }: World, environment: string): number =>
  [...account.groups.values()]
    .filter((group) => group.environment === environment)
    .reduce((sum, { desired }) => sum + desired, 0);

const budgetFacts = (world: World, before: BudgetRecord | undefined, after: BudgetRecord): void => {
  const { history, environments } = world;
  const { environment } = after;
  heldFacts(world, after);
  if (before?.disruptions === after.disruptions) return;
  const policy = environments.find(({ name }) => name === environment)?.disruption;
  const allowed = policy === undefined ? 0 : allowedDisruption(policy, machinesOf(world, environment));
  const was = before?.disruptions ?? [];
  for (const { executionArn: owner } of was)
    if (!after.disruptions.some(({ executionArn }) => executionArn === owner))
      history.state(owner, { fact: 'budget.ended', environment, owner });
  for (const { executionArn: owner, app, machines } of after.disruptions)
    if (!was.some((other) => other.executionArn === owner && other.machines === machines))
      history.state(owner, { fact: 'budget.taken', owner, app, environment, machines, allowed });
};

const chaosFacts = (world: World, before: ChaosRecord | undefined, after: ChaosRecord): void => {
  const { environment } = after;
  if (before?.kills === after.kills) return;
  const known = new Set(before?.kills.map(({ killId, instanceId }) => `${killId} ${instanceId}`));
  for (const kill of after.kills) {
    const { killId, instanceId, app, groupName: group, trigger, executionArn, at } = kill;
    if (known.has(`${killId} ${instanceId}`)) continue;
    // The schedule's are named after the local date.
    const day = trigger === 'schedule' ? killId.slice(-10) : at.slice(0, 10);
    world.history.state(executionArn, {
      fact: 'kill.recorded',
      kill: killId,
      group,
      machine: instanceId,
      trigger,
      day,
      app,
      environment,
    });
    count(world, `kills by ${trigger}`);
  }
};

/** Says in the history what a document's change means. */
export const stateDocumentFacts = (
  world: World,
  key: string,
  before: object | undefined,
  after: object,
): void => {
  if (key.startsWith('kiln/environments/'))
    recordFacts(world, before as EnvironmentRecord | undefined, after as EnvironmentRecord);
  else if (key.startsWith('kiln/budgets/'))
    budgetFacts(world, before as BudgetRecord | undefined, after as BudgetRecord);
  else if (key.startsWith('kiln/chaos/'))
    chaosFacts(world, before as ChaosRecord | undefined, after as ChaosRecord);
};
