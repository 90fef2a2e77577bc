import type { DocumentStore } from '#pipeline/documents/document-store';
import type { Environment } from '#pipeline/environments/environment';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentsDocument } from '#pipeline/environments/read-environments';
import { isSwitchedOff } from '#pipeline/environments/switched-off';
import type { EnvironmentRecord } from '#pipeline/model';
import { UserError } from '../user-error.ts';

/** Reads the documents below a prefix. */
type ListRecords = (prefix: string) => Promise<readonly EnvironmentRecord[]>;

/**
 * Makes sure that a deployment takes no listener away from apps that serve: an environment that is left out, or renamed, must
 * have been switched off before. @throws UserError
 */
export const keepServing = async (
  environments: readonly Pick<Environment, 'name'>[],
  {
    documents,
    listRecords,
  }: { readonly documents: Pick<DocumentStore, 'read'>; readonly listRecords: ListRecords },
): Promise<void> => {
  const before = await documents.read<EnvironmentsDocument>(ENVIRONMENTS_KEY);
  const names = new Set(environments.map(({ name }) => name));
  for (const { name } of before?.environments ?? []) {
    if (names.has(name) || (await isSwitchedOff(name, documents))) continue;
    const records = await listRecords(`kiln/environments/${name}/`);
    const apps = records.filter(({ current }) => current !== undefined).map(({ app }) => app);
    if (apps.length > 0) {
      throw new UserError(
        `environment '${name}' is deployed and no longer in the environments file, but it serves: ${apps.join(', ')}`,
        `put it back, or switch it off first: kiln env off ${name}`,
      );
    }
  }
};
