import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { DocumentStore } from '../documents/document-store.ts';
import type { EnvironmentRecord } from '../model.ts';
import { readMachineGroups } from '../rollout/machine-group.ts';
import { busyReason } from './busy-reason.ts';
import { groupProblem, toFleetGroup } from './describe-group.ts';
import type { FleetGroup } from './fleet.ts';
import { mapBounded } from './map-bounded.ts';
import { readLaunchTimes } from './read-launch-times.ts';
import { readStartTimes } from './read-start-times.ts';
import { triedInVainAt } from './tried-in-vain.ts';

/** Documents that are read, and executions that are asked for, at once. */
const READS = 16;

export interface ReadFleetDeps {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly states: SFNClient;
  readonly documents: Pick<DocumentStore, 'read'>;
  readonly stack: string;
}

/**
 * The groups that serve as the planner sees them: a call a hundred groups and a call a thousand machines, whatever the
 * number of apps. `environment` limits the machines that are asked for to its own.
 */
export const readFleet = async (
  records: readonly EnvironmentRecord[],
  environment: string | undefined,
  deps: ReadFleetDeps,
): Promise<FleetGroup[]> => {
  const serving = records.filter(({ current }) => current !== undefined);
  if (serving.length === 0) return [];
  const names = serving.map(({ current }) => current?.groupName ?? '');
  const [groups, launched] = await Promise.all([
    readMachineGroups(names, deps.autoScaling),
    readLaunchTimes({ stack: deps.stack, ...(environment === undefined ? {} : { environment }) }, deps.ec2),
  ]);
  return mapBounded(serving, READS, async (record) => {
    const { app, current } = record;
    const group = groups.get(current?.groupName ?? '');
    const { bootSeconds } = await readStartTimes({ app, releaseId: '', ...current }, deps.documents);
    const problem = groupProblem(group);
    const inVainAt = triedInVainAt(record);
    return toFleetGroup(record, group, launched, {
      bootSeconds,
      ...(problem === undefined ? {} : { skip: problem }),
      ...(inVainAt === undefined ? {} : { triedInVainAt: inVainAt }),
      ...(await busyReason(record, deps.states)),
    });
  });
};
