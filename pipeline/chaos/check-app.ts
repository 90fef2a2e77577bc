import type { SFNClient } from '@aws-sdk/client-sfn';
import type { ChaosPolicy } from '../environments/environment.ts';
import type { Deployment, EnvironmentRecord } from '../model.ts';
import { isRunning } from '../rollout/is-running.ts';
import { activityOf } from '../rollout/lease.ts';
import { readServingGroup } from './serving-group.ts';
import type { ServingGroup, ServingGroupDeps } from './serving-group.ts';

/** A lone machine is an outage when it goes. */
const LEAST_MACHINES = 2;

export interface CheckAppDeps extends ServingGroupDeps {
  readonly states: SFNClient;
}

/** A group that chaos may take a machine from, or why it may not, for people. */
export type Eligibility =
  { readonly current: Deployment; readonly group: ServingGroup } | { readonly refusal: string };

/** Whether the policy leaves the app to chaos. */
export const takesPart = ({ apps, exceptApps }: ChaosPolicy, app: string): boolean =>
  (apps === undefined || apps.includes(app)) && !exceptApps.includes(app);

/** Who changes the app now, or is about to, other than `me`. */
const findOwner = async (
  { lease, waiting }: EnvironmentRecord,
  me: string | undefined,
  states: SFNClient,
): Promise<string | undefined> => {
  const runs = async (owner: { readonly executionArn: string } | undefined): Promise<boolean> =>
    owner !== undefined && owner.executionArn !== me && (await isRunning(owner.executionArn, states));
  if (lease !== undefined && (await runs(lease))) return `busy with ${activityOf(lease)}`;
  return (await runs(waiting)) ? `the rollout of '${waiting?.releaseId ?? ''}' waits` : undefined;
};

const groupRefusal = ({ whole, healthy, desired, problem }: ServingGroup): string | undefined => {
  if (problem !== undefined) return problem;
  if (desired < LEAST_MACHINES) return `it has ${desired} machines, needed are ${LEAST_MACHINES}`;
  return whole ? undefined : `it is not whole: ${healthy.length} of ${desired} machines are healthy`;
};

/**
 * Whether an app is fit to lose a machine: nothing else changes it, it serves, and its group is whole.
 * @param me the execution that asks; its own lease is no obstacle
 */
export const checkApp = async (
  record: EnvironmentRecord,
  deps: CheckAppDeps,
  me?: string,
): Promise<Eligibility> => {
  const { current } = record;
  if (current === undefined) return { refusal: 'nothing of it serves' };
  const owner = await findOwner(record, me, deps.states);
  if (owner !== undefined) return { refusal: owner };
  const group = await readServingGroup(current, deps);
  if (group === undefined) return { refusal: `its group '${current.groupName}' is gone` };
  const refusal = groupRefusal(group);
  return refusal === undefined ? { current, group } : { refusal };
};
