import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { Instance } from '@aws-sdk/client-ec2';
import { GROUP_TAG, TAG } from '#pipeline/tags';
import type { Connection } from './connection.ts';
import { STACK_NAME } from './stack.ts';

/** One machine of the fleet. */
export interface FleetMachine {
  readonly instanceId: string;
  readonly app: string;
  readonly release: string;
  readonly environment: string;
  readonly zone: string;
  readonly state: string;
  readonly launchedAt: string;
  /** Absent: it is of a smoke test. */
  readonly groupName?: string;
}

const tagOf = (instance: Instance, key: string): string =>
  instance.Tags?.find((tag) => tag.Key === key)?.Value ?? '-';

const toMachine = (instance: Instance): FleetMachine => {
  const groupName = tagOf(instance, GROUP_TAG);
  return {
    instanceId: instance.InstanceId ?? '',
    app: tagOf(instance, TAG.app),
    release: tagOf(instance, TAG.release),
    environment: tagOf(instance, TAG.environment),
    zone: instance.Placement?.AvailabilityZone ?? '-',
    state: instance.State?.Name ?? '-',
    launchedAt: instance.LaunchTime?.toISOString() ?? '',
    ...(groupName === '-' ? {} : { groupName }),
  };
};

/** The stack's machines, of one app or environment or all; ended ones are left out. */
export const readMachines = async (
  connection: Pick<Connection, 'ec2'>,
  app?: string,
  environment?: string,
): Promise<FleetMachine[]> => {
  const filters = [
    { Name: `tag:${TAG.stack}`, Values: [STACK_NAME] },
    { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'] },
    ...(app === undefined ? [] : [{ Name: `tag:${TAG.app}`, Values: [app] }]),
    ...(environment === undefined ? [] : [{ Name: `tag:${TAG.environment}`, Values: [environment] }]),
  ];
  const machines: FleetMachine[] = [];
  for await (const page of paginateDescribeInstances({ client: connection.ec2 }, { Filters: filters })) {
    for (const reservation of page.Reservations ?? [])
      machines.push(...(reservation.Instances ?? []).map(toMachine));
  }
  return machines.toSorted((a, b) => a.launchedAt.localeCompare(b.launchedAt));
};
