import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { EnvironmentStatus, ReleaseRecord } from '#pipeline/model';

/** Where a release that is followed came to. */
export type ReleaseOutcome =
  /** It serves as far as it goes by itself. */
  | { readonly kind: 'live'; readonly environment: string }
  | { readonly kind: 'awaiting-approval'; readonly environment: string }
  | { readonly kind: 'ended' };

type Place = Pick<DeployedEnvironment, 'name' | 'approval'>;

const SERVED: ReadonlySet<EnvironmentStatus | undefined> = new Set(['live', 'replaced'] as const);
const ENDED: ReadonlySet<EnvironmentStatus | undefined> = new Set([
  'rejected',
  'failed',
  'rolled-back',
  'superseded',
] as const);

const lastServed = (record: ReleaseRecord, environments: readonly Place[]): Place | undefined =>
  environments.findLast(({ name }) => SERVED.has(record.environments?.[name]?.status));

/** The environments that a release enters without anybody's approval. */
export const automaticEnvironments = <T extends Place>(environments: readonly T[]): readonly T[] => {
  const first = environments.findIndex(({ approval }) => approval !== undefined);
  return first < 0 ? environments : environments.slice(0, first);
};

/** Where the release came to; undefined while it goes on by itself. `ended` says that its execution has ended. */
export const releaseOutcome = (
  record: ReleaseRecord,
  environments: readonly Place[],
  ended: boolean,
): ReleaseOutcome | undefined => {
  const statusIn = ({ name }: Place): EnvironmentStatus | undefined => record.environments?.[name]?.status;
  const served = lastServed(record, environments);
  if (served !== undefined && served === environments.at(-1))
    return { kind: 'live', environment: served.name };
  const awaiting = environments.find((environment) => statusIn(environment) === 'awaiting-approval');
  if (awaiting !== undefined) return { kind: 'awaiting-approval', environment: awaiting.name };
  if (['rejected', 'failed', 'superseded'].includes(record.status)) return { kind: 'ended' };
  if (environments.some((environment) => ENDED.has(statusIn(environment)))) return { kind: 'ended' };
  if (!ended) return undefined;
  return served === undefined ? { kind: 'ended' } : { kind: 'live', environment: served.name };
};
