import { basename, join, resolve } from 'node:path';
import type { Environment } from '#pipeline/environments/environment';
import { loadEnvironments } from '#pipeline/environments/load-environments';
import { EnvironmentsFileError } from '#pipeline/environments/parse-environments';
import { projectRoot } from './home.ts';
import { UserError } from './user-error.ts';

/** The file that says which environments there are. */
export interface EnvironmentsFile {
  /** Absolute. */
  readonly path: string;
  readonly environments: readonly Environment[];
}

/**
 * Reads the environments file: the one that `KILN_ENVIRONMENTS` names, else `environments.yml` of the project.
 * @throws UserError with everything that is wrong in it
 */
export const readEnvironmentsFile = (
  path: string = resolve(process.env['KILN_ENVIRONMENTS'] ?? join(projectRoot, 'environments.yml')),
): EnvironmentsFile => {
  try {
    return { path, environments: loadEnvironments(path, basename(path)) };
  } catch (error) {
    if (!(error instanceof EnvironmentsFileError)) throw error;
    const { problems } = error;
    const [only = ''] = problems;
    const count = problems.length;
    throw new UserError(
      count === 1 ? only : `${count} problems in '${path}', nothing was changed`,
      `mend '${path}'`,
      { cause: error, evidence: count === 1 ? '' : problems.join('\n') },
    );
  }
};
