import { createHash } from 'node:crypto';
import type { Configuration, Deployment, DeploymentKey, Release, RolloutPlan } from '../model.ts';

/** The configuration with these parameters; the same parameters have the same digest, in whatever order. */
export const configurationOf = (parameters: Readonly<Record<string, string>>): Configuration => {
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    digest: createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 12),
    parameters: Object.fromEntries(sorted),
  };
};

/** What names the deployment's machines. */
export const keyOf = (deployment: Pick<Deployment, 'releaseId' | 'configuration'>): DeploymentKey => ({
  releaseId: deployment.releaseId,
  configurationDigest: deployment.configuration.digest,
});

/** What will name the machines of a plan. */
export const planKeyOf = ({
  release,
  configuration,
}: Pick<RolloutPlan, 'configuration'> & {
  readonly release: Pick<Release, 'releaseId'>;
}): DeploymentKey => keyOf({ releaseId: release.releaseId, configuration });

/** Whether two keys name the same machines. */
export const isSameDeployment = (a: DeploymentKey, b: DeploymentKey): boolean =>
  a.releaseId === b.releaseId && a.configurationDigest === b.configurationDigest;

/** Whether the deployment is the one that the key names. */
export const isDeployment = (
  deployment: Pick<Deployment, 'releaseId' | 'configuration'> | undefined,
  key: DeploymentKey,
): boolean => deployment !== undefined && isSameDeployment(keyOf(deployment), key);
