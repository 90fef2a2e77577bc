import type { DocumentStore } from '../documents/document-store.ts';
import type { DeployedEnvironment } from './environment.ts';

/** Where the deployed environments stand in the bucket, in the order in which a release goes through them. */
export const ENVIRONMENTS_KEY = 'kiln/environments.json';

/** The document that a deployment writes. */
export interface EnvironmentsDocument {
  readonly updatedAt: string;
  readonly environments: readonly DeployedEnvironment[];
}

/** The environments in order. @throws Error when the deployment has written none */
export const readEnvironments = async (
  documents: Pick<DocumentStore, 'read'>,
): Promise<readonly DeployedEnvironment[]> => {
  const document = await documents.read<EnvironmentsDocument>(ENVIRONMENTS_KEY);
  if (document === undefined)
    throw new Error(`no environments at '${ENVIRONMENTS_KEY}': deploy the stack with 'kiln deploy'`);
  return document.environments;
};

/** The environment that a release enters first. @throws Error when the deployment has written none */
export const readFirstEnvironment = async (
  documents: Pick<DocumentStore, 'read'>,
): Promise<DeployedEnvironment> => {
  const [first] = await readEnvironments(documents);
  if (first === undefined) throw new Error(`no environment at '${ENVIRONMENTS_KEY}', expected at least one`);
  return first;
};

/** The environment of that name. @throws Error that names those which are there */
export const readEnvironment = async (
  name: string,
  documents: Pick<DocumentStore, 'read'>,
): Promise<DeployedEnvironment> => {
  const environments = await readEnvironments(documents);
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment === undefined) {
    const known = environments.map((candidate) => candidate.name).join(', ');
    throw new Error(`environment '${name}' is not configured, expected one of: ${known}`);
  }
  return environment;
};
