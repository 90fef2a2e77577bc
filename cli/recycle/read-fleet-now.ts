import { readEnvironments } from '#pipeline/environments/read-environments';
import type { FleetGroup, RecyclingPolicy } from '#pipeline/recycle/fleet';
import { readFleet } from '#pipeline/recycle/read-fleet';
import { readServing } from '#pipeline/recycle/read-serving';
import { readRecyclingPolicy } from '#pipeline/recycle/recycling-policy';
import type { CommandContext } from '../command-context.ts';
import type { Selection } from '../environments/environment-records.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import { STACK_NAME } from '../stack.ts';
import { UserError } from '../user-error.ts';

/** What recycling plans with, as its function reads it. */
export interface FleetNow {
  readonly fleet: readonly FleetGroup[];
  readonly policies: readonly RecyclingPolicy[];
}

/**
 * Reads groups, machines and rules of the environment, or of all: other apps than the selected one too, since they share
 * its budget. @throws UserError for an environment or app that is not there
 */
export const readFleetNow = async (
  { app, environment }: Selection,
  {
    connection,
    stack,
    documents,
    clock,
  }: Pick<CommandContext, 'connection' | 'stack' | 'documents' | 'clock'>,
): Promise<FleetNow> => {
  const all = await readEnvironments(documents);
  const environments = environment === undefined ? all : [findEnvironment(environment, all)];
  const deps = { ...connection, documents, clock, bucket: stack.bucket, stack: STACK_NAME };
  const found = await readServing(environment === undefined ? {} : { environment }, deps);
  const names = new Set(environments.map(({ name }) => name));
  const records = found.filter((record) => names.has(record.environment));
  if (app !== undefined && !records.some((record) => record.app === app)) {
    const where = environment === undefined ? 'any environment' : `'${environment}'`;
    throw new UserError(`there is no app '${app}' in ${where}`, 'kiln ps');
  }
  const policies = await Promise.all(environments.map((each) => readRecyclingPolicy(each, deps)));
  return { fleet: await readFleet(records, environment, deps), policies };
};
