import type { EBSClient } from '@aws-sdk/client-ebs';
import type { Logger } from '../log.ts';
import type { Deployment, ReleaseRecord, RolloutPlan } from '../model.ts';
import { releaseKey } from '../release/release-record.ts';
import type { ApprovalEvidence } from './approval-record.ts';
import { countChangedBlocks } from './count-changed-blocks.ts';
import { readEarlierFigures } from './read-earlier-figures.ts';
import type { EarlierFiguresDeps } from './read-earlier-figures.ts';

export interface CollectEvidenceInput {
  readonly plan: Pick<RolloutPlan, 'release' | 'image' | 'environment' | 'configuration'>;
  readonly release: Pick<ReleaseRecord, 'source' | 'evidence'>;
  /** What serves now. */
  readonly current: Deployment | undefined;
}

export interface CollectEvidenceDeps extends EarlierFiguresDeps {
  readonly ebs: EBSClient;
  readonly log: Logger;
}

type Parameters = Readonly<Record<string, string>>;

const changedNames = (before: Parameters, after: Parameters): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .toSorted();

/** Undefined where it fails: evidence that cannot be had stops no release. */
const ifPossible = async <T>(what: string, log: Logger, read: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await read();
  } catch (error) {
    log.warn('evidence left out', { what, error: String(error) });
    return undefined;
  }
};

const sizeOf = async (
  { plan, current }: CollectEvidenceInput,
  deps: CollectEvidenceDeps,
): Promise<ApprovalEvidence['size']> => {
  const { image, release } = plan;
  const { contentBytes, files } = image.bake;
  const size = { contentBytes, files };
  if (current === undefined) return size;
  const serving = await ifPossible('release that serves', deps.log, () =>
    deps.documents.read<ReleaseRecord>(releaseKey({ app: release.app, releaseId: current.releaseId })),
  );
  const before = serving?.image;
  if (before === undefined) return size;
  const changedBlocks = await ifPossible('changed blocks', deps.log, () =>
    countChangedBlocks(before.snapshotId, image.snapshotId, deps.ebs),
  );
  return {
    ...size,
    contentBytesDelta: contentBytes - before.bake.contentBytes,
    filesDelta: files - before.bake.files,
    ...(changedBlocks === undefined ? {} : { changedBlocks }),
  };
};

/** Gathers what people want to see before they decide, as far as it can be had. */
export const collectEvidence = async (
  input: CollectEvidenceInput,
  deps: CollectEvidenceDeps,
): Promise<ApprovalEvidence> => {
  const { plan, release, current } = input;
  const [size, before] = await Promise.all([
    sizeOf(input, deps),
    ifPossible('earlier environment', deps.log, () =>
      readEarlierFigures(plan.release, plan.environment, deps),
    ),
  ]);
  return {
    ...(release.source === undefined ? {} : { source: release.source }),
    ...(current === undefined
      ? {}
      : { replaces: { releaseId: current.releaseId, version: current.version } }),
    imageId: plan.image.imageId,
    digest: plan.image.digest,
    size,
    bootSeconds: release.evidence?.bootSeconds ?? 0,
    smoke: release.evidence?.requests ?? [],
    ...(before === undefined ? {} : { before }),
    changedParameters: changedNames(current?.configuration.parameters ?? {}, plan.configuration.parameters),
  };
};
