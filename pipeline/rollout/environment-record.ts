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

/** Changes what is recorded of an app in an environment, by compare-and-swap. */
export const updateEnvironment = async (
  environment: string,
  app: string,
  deps: EnvironmentRecordDeps,
  change: (record: EnvironmentRecord) => EnvironmentRecord | Promise<EnvironmentRecord>,
): Promise<EnvironmentRecord> => {
  const updatedAt = deps.clock.now().toISOString();
  const record = await deps.documents.update<EnvironmentRecord>(
    environmentKey(environment, app),
    async (found) => ({
      ...(await change(found ?? { app, environment, updatedAt })),
      updatedAt,
    }),
  );
  if (record === undefined) throw new Error(`'${app}' in '${environment}' has no document after writing it`);
  return record;
};
