import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import type { EnvironmentRecord } from '../model.ts';

/** Where the document of an app in an environment stands in the bucket. */
export const environmentKey = (environment: string, app: string): string =>
  `kiln/environments/${environment}/${app}.json`;

export interface EnvironmentRecordDeps {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}

/** What is recorded of an app in an environment; empty before its first release. */
export const readEnvironmentRecord = async (
  environment: string,
  app: string,
  deps: EnvironmentRecordDeps,
): Promise<EnvironmentRecord> =>
  (await deps.documents.read<EnvironmentRecord>(environmentKey(environment, app))) ?? {
    app,
    environment,
    updatedAt: deps.clock.now().toISOString(),
  };

/** Changes what is recorded of an app in an environment, by compare-and-swap; `change` gives undefined to leave it. */
export const updateEnvironment = async (
  environment: string,
  app: string,
  deps: EnvironmentRecordDeps,
  change: (
    record: EnvironmentRecord,
  ) => EnvironmentRecord | undefined | Promise<EnvironmentRecord | undefined>,
): Promise<EnvironmentRecord> => {
  const updatedAt = deps.clock.now().toISOString();
  const record = await deps.documents.update<EnvironmentRecord>(
    environmentKey(environment, app),
    async (found) => {
      const changed = await change(found ?? { app, environment, updatedAt });
      return changed === undefined ? undefined : { ...changed, updatedAt };
    },
  );
  return record ?? { app, environment, updatedAt };
};
