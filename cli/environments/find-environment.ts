import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { UserError } from '../user-error.ts';

/** The environment of that name. @throws UserError that names those which are there */
export const findEnvironment = (
  name: string,
  environments: readonly DeployedEnvironment[],
): DeployedEnvironment => {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment !== undefined) return environment;
  const known = environments.map((candidate) => candidate.name).join(', ');
  throw new UserError(`there is no environment '${name}', only: ${known}`, 'kiln env list');
};
