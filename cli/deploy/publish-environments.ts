import { isDeepStrictEqual } from 'node:util';
import type { Output } from '@aws-sdk/client-cloudformation';
import type { Clock } from '#pipeline/clock';
import type { DocumentStore } from '#pipeline/documents/document-store';
import type { DeployedEnvironment, Environment } from '#pipeline/environments/environment';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentsDocument } from '#pipeline/environments/read-environments';
import { listenerOutput, urlOutput } from './environments-template.ts';

const withAddresses = (
  environments: readonly Environment[],
  outputs: readonly Output[],
): DeployedEnvironment[] => {
  const read = (key: string): string => {
    const value = outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    if (value === undefined) throw new Error(`the deployed stack has no output '${key}'`);
    return value;
  };
  return environments.map((environment) => ({
    ...environment,
    listenerArn: read(listenerOutput(environment.name)),
    url: read(urlOutput(environment.name)),
  }));
};

/**
 * Writes the environments with their listeners and addresses to where the functions read them; leaves the document as it is
 * when nothing changed. Gives the environments in order.
 */
export const publishEnvironments = async (
  environments: readonly Environment[],
  outputs: readonly Output[],
  { documents, clock }: { readonly documents: DocumentStore; readonly clock: Clock },
): Promise<readonly DeployedEnvironment[]> => {
  const deployed = withAddresses(environments, outputs);
  await documents.update<EnvironmentsDocument>(ENVIRONMENTS_KEY, (found) =>
    isDeepStrictEqual(found?.environments, deployed)
      ? undefined
      : { updatedAt: clock.now().toISOString(), environments: deployed },
  );
  return deployed;
};
