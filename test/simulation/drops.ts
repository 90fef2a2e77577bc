import type { Image, Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { anImage, someEvidence } from '#test/helpers/pipeline-fixtures';
import { startRolloutOf } from './flows/rollout.ts';
import { count } from './world.ts';
import type { World } from './world.ts';

/** How the machines of a release turn out. */
export interface ReleaseQuality {
  readonly sick: boolean;
  readonly bootSeconds: number;
}

const makeImage = (world: World, n: number, { sick, bootSeconds }: ReleaseQuality): Image => {
  const image = anImage(n, { startSeconds: 60 });
  const { imageId, digest } = image;
  world.account.images.set(imageId, { imageId, digest, bootSeconds, sick, available: true });
  return image;
};

/** As the state machine `release` would tell. */
const statusOf = (
  record: ReleaseRecord | undefined,
  environment: string,
): 'live' | 'superseded' | 'rejected' | 'failed' => {
  const status = record?.environments?.[environment]?.status;
  if (status === 'replaced') return 'live';
  return status === 'live' || status === 'superseded' || status === 'rejected' ? status : 'failed';
};

/** Drops a version of an app, baked and tested already, which then is rolled out into its environment. */
export const dropRelease = (
  world: World,
  app: string,
  environment: string,
  quality: ReleaseQuality,
): void => {
  const { account, documents, history, timeline } = world;
  account.made += 1;
  const n = account.made;
  const droppedAt = new Date(timeline.now()).toISOString();
  const release: Release = {
    releaseId: `${app}-${n}.0.0-${n.toString(16).padStart(16, '0')}`,
    app,
    version: `${n}.0.0`,
    bucket: world.bucket,
    key: `apps/${app}/${n}.0.0.zip`,
    versionId: `v${n}`,
    droppedAt,
  };
  const { releaseId } = release;
  const object = `${release.key}@${release.versionId}`;
  const image = makeImage(world, n, quality);
  const evidence = { ...someEvidence(n), digest: image.digest, bootSeconds: quality.bootSeconds };
  const record: ReleaseRecord = { ...release, status: 'tested', updatedAt: droppedAt, image, evidence };
  documents.set(releaseKey(release), record);
  history.state('world', { fact: 'drop', object, app, order: timeline.now() });
  history.state('world', { fact: 'release.started', release: releaseId, object, app });
  count(world, 'drops');
  startRolloutOf(world, release, environment, () => {
    const status = statusOf(documents.get(releaseKey(release)) as ReleaseRecord | undefined, environment);
    history.state('world', { fact: 'release.ended', release: releaseId, object, status });
  });
};
