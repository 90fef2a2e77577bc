import { createHash } from 'node:crypto';
import type { DeploymentKey } from './model.ts';

/** The first `length` hex digits of the parts' SHA-256: for names that follow from what they are about. */
export const digestOf = (parts: readonly string[], length = 12): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, length);

/**
 * Names of what is made for one release for one purpose. They follow from the release alone, so that a step that
 * is repeated finds what it made before, and the clean-up finds what a killed step left.
 */
export interface ReleaseNames {
  readonly group: string;
  readonly launchTemplate: string;
  /** At most 32 characters of A-Z, a-z, 0-9 and hyphen (AWS-FACTS 4.4). */
  readonly targetGroup: string;
  /** Value of the preview header that reaches the release before it has traffic; at most 128 characters. */
  readonly preview: string;
}

/** Names for `purpose`: an environment's name with the configuration's digest, or `smoke`. */
export const namesFor = (
  stack: string,
  release: { app: string; releaseId: string },
  purpose: string,
): ReleaseNames => {
  const hash = digestOf([stack, release.releaseId, purpose]);
  const long = `${stack}-${release.app}-${purpose}-${hash}`;
  return {
    group: long,
    launchTemplate: long,
    targetGroup: `${release.app.slice(0, 18).replace(/-+$/, '')}-${hash}`,
    preview: `${release.releaseId}.${purpose}`,
  };
};

/** Names of a group of machines in an environment: another configuration of the same release is another group. */
export const deploymentNames = (
  stack: string,
  app: string,
  deployment: DeploymentKey,
  environment: string,
): ReleaseNames =>
  namesFor(
    stack,
    { app, releaseId: deployment.releaseId },
    `${environment}-${deployment.configurationDigest}`,
  );
