import { readEnvironments } from '#pipeline/environments/read-environments';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { EnvironmentRecord } from '#pipeline/model';
import type { CommandContext } from '../command-context.ts';
import { listDocuments } from '../list-documents.ts';
import { findEnvironment } from './find-environment.ts';

/** An app in an environment. */
export interface AppInEnvironment {
  readonly environment: DeployedEnvironment;
  readonly record: EnvironmentRecord;
}

/** Which apps and environments; absent: all. */
export interface Selection {
  readonly app?: string | undefined;
  readonly environment?: string | undefined;
}

/**
 * Every app in every environment that is selected, in the order in which a release goes through them.
 * @throws UserError for an environment that is not there
 */
export const readApps = async (
  { app, environment }: Selection,
  context: Pick<CommandContext, 'connection' | 'stack' | 'documents'>,
): Promise<readonly AppInEnvironment[]> => {
  const all = await readEnvironments(context.documents);
  const selected = environment === undefined ? all : [findEnvironment(environment, all)];
  const found = await Promise.all(
    selected.map(async (candidate) => {
      const prefix = `kiln/environments/${candidate.name}/${app === undefined ? '' : `${app}.json`}`;
      const records = await listDocuments<EnvironmentRecord>(prefix, context);
      return records
        .toSorted((a, b) => a.app.localeCompare(b.app))
        .map((record) => ({ environment: candidate, record }));
    }),
  );
  return found.flat();
};
