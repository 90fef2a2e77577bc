import type { ReleaseRecord } from '../model.ts';
import { releaseKey } from '../release/release-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';

/** Says where people look for it that the rollout was killed. */
export const recordAbandoned = async (
  app: string,
  releaseId: string,
  environment: string,
  deps: EnvironmentRecordDeps,
): Promise<void> => {
  const at = deps.clock.now().toISOString();
  const abandoned = {
    status: 'failed',
    reason: 'RolloutAbandoned',
    message: 'its rollout was stopped before it ended',
  } as const;
  await deps.documents.update<ReleaseRecord>(releaseKey({ app, releaseId }), (found) =>
    found?.environments?.[environment]?.status === 'rolling-out'
      ? {
          ...found,
          ...(found.status === 'rolling-out' ? abandoned : {}),
          environments: { ...found.environments, [environment]: { ...abandoned, at } },
          updatedAt: at,
        }
      : undefined,
  );
};
