import { createHash } from 'node:crypto';
import type { DeployedEnvironment } from '../environments/environment.ts';
import type { Configuration, Deployment, Image, Release } from '../model.ts';
import { keyOf } from '../rollout/configuration.ts';

/** What people say yes to: this release, this image, this configuration. */
interface PlannedRelease {
  readonly release: Pick<Release, 'releaseId'>;
  readonly image: Pick<Image, 'digest'>;
  readonly configuration: Pick<Configuration, 'digest'>;
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, canonical(member)]));
};

/** 16 hex digits over what would be rolled out, where, what it replaces there and who must approve. */
export const planDigest = (
  { release, image, configuration }: PlannedRelease,
  environment: Pick<DeployedEnvironment, 'name' | 'approval'>,
  current: Pick<Deployment, 'releaseId' | 'configuration'> | undefined,
): string => {
  const plan = {
    releaseId: release.releaseId,
    image: image.digest,
    configuration: configuration.digest,
    environment: environment.name,
    replaces: current === undefined ? null : keyOf(current),
    approval: environment.approval ?? null,
  };
  return createHash('sha256')
    .update(JSON.stringify(canonical(plan)))
    .digest('hex')
    .slice(0, 16);
};
