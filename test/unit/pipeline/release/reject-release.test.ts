import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Filter } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { namesFor } from '#pipeline/names';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { rejectRelease } from '#pipeline/release/reject-release';
import { releaseKey } from '#pipeline/release/release-record';
import { TAG } from '#pipeline/tags';
import { aRule, fakeTraffic } from '#test/helpers/fake-traffic';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import {
  aDeployment,
  anEnvironment,
  announcements,
  aRecord,
  aRelease,
  quietLog,
  STACK,
} from '#test/helpers/pipeline-fixtures';

interface Resource {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly snapshot?: string;
}

const ec2 = mockClient(EC2Client);
const release = aRelease();
const ours = { [TAG.stack]: STACK, [TAG.releaseId]: release.releaseId };
const smoke = { ...ours, [TAG.purpose]: 'smoke' };

let traffic: ReturnType<typeof fakeTraffic>;
let instances: Resource[];
let images: Resource[];
let snapshots: Resource[];
let removed: string[];

const matching = (all: readonly Resource[], filters: readonly Filter[] = []): Resource[] =>
  all.filter((resource) =>
    filters.every(({ Name = '', Values = [] }) => {
      if (Name === 'instance-state-name') return true;
      const value = Name === 'image-id' ? resource.image : resource.tags[Name.replace('tag:', '')];
      return Values.includes(value ?? '');
    }),
  );

const ENVIRONMENTS = [anEnvironment(), anEnvironment({ name: 'prod', listenerArn: 'arn:listener/prod' })];

const setUp = (more: Readonly<Record<string, object>> = {}) => {
  const documents = memoryDocuments({
    [ENVIRONMENTS_KEY]: { updatedAt: '', environments: ENVIRONMENTS },
    ...more,
  });
  const { names, announce } = announcements();
  const deps = {
    ec2: new EC2Client({ region: 'r' }),
    balancing: traffic.client,
    documents,
    announce,
    clock: instantClock(),
    log: quietLog,
    stack: STACK,
  };
  return { deps, documents, names };
};

const reject = (deps: ReturnType<typeof setUp>['deps'], error = 'SmokeTestFailed') =>
  rejectRelease(
    { release, error, cause: JSON.stringify({ errorType: error, errorMessage: 'it exited' }) },
    deps,
  );

beforeEach(() => {
  ec2.reset();
  traffic = fakeTraffic();
  instances = [];
  images = [{ id: 'ami-1', tags: ours, snapshot: 'snap-1' }];
  snapshots = [{ id: 'snap-1', tags: ours }];
  removed = [];
  ec2.on(DescribeInstancesCommand).callsFake(({ Filters }: DescribeInstancesCommand['input']) => ({
    Reservations: [{ Instances: matching(instances, Filters).map(({ id }) => ({ InstanceId: id })) }],
  }));
  ec2.on(DescribeImagesCommand).callsFake(({ Filters }: DescribeImagesCommand['input']) => ({
    Images: matching(images, Filters).map(({ id, snapshot }) => ({
      ImageId: id,
      BlockDeviceMappings: [{ Ebs: { SnapshotId: snapshot } }],
    })),
  }));
  ec2.on(DescribeSnapshotsCommand).callsFake(({ Filters }: DescribeSnapshotsCommand['input']) => ({
    Snapshots: matching(snapshots, Filters).map(({ id }) => ({ SnapshotId: id })),
  }));
  ec2.on(TerminateInstancesCommand).callsFake(({ InstanceIds = [] }: TerminateInstancesCommand['input']) => {
    removed.push(...InstanceIds);
    return {};
  });
  ec2.on(DeregisterImageCommand).callsFake(({ ImageId = '' }: DeregisterImageCommand['input']) => {
    removed.push(ImageId);
    return {};
  });
  ec2.on(DeleteSnapshotCommand).callsFake(({ SnapshotId = '' }: DeleteSnapshotCommand['input']) => {
    removed.push(SnapshotId);
    return {};
  });
});

describe('rejectRelease', () => {
  test('records the reason for machines and for people, then removes image and snapshot', async () => {
    const { deps, documents, names } = setUp();
    expect(await reject(deps)).toEqual({ reason: 'SmokeTestFailed', message: 'it exited' });
    expect(documents.all.get(releaseKey(release))).toMatchObject({
      status: 'rejected',
      reason: 'SmokeTestFailed',
      message: 'it exited',
    });
    expect(removed).toEqual(['ami-1', 'snap-1']);
    expect(names).toEqual(['release.rejected']);
  });

  test.each([
    ['ArtifactRejected', 'rejected'],
    ['ReleaseSuperseded', 'superseded'],
    ['MachineUnavailable', 'failed'],
  ])('%s makes a release %s', async (error, status) => {
    const { deps, documents } = setUp();
    await reject(deps, error);
    expect(documents.all.get(releaseKey(release))).toMatchObject({ status });
  });

  test('the reason is recorded before anything is removed', async () => {
    ec2.on(DeregisterImageCommand).rejects(new Error('throttled'));
    const { deps, documents } = setUp();
    await expect(reject(deps)).rejects.toThrow('throttled');
    expect(documents.all.get(releaseKey(release))).toMatchObject({ reason: 'SmokeTestFailed' });
  });

  test('T07: ends the smoke machine that a killed test left, its rule and its target group', async () => {
    const names = namesFor(STACK, release, 'smoke');
    instances = [{ id: 'i-1', tags: smoke, image: 'ami-1' }];
    traffic.targetGroups.set(names.targetGroup, 'arn:tg/smoke');
    traffic.rules.push(aRule('arn:rule/smoke', 1, { 'arn:tg/smoke': 1 }, names.preview));
    await reject(setUp().deps);
    expect(removed).toEqual(['i-1', 'ami-1', 'snap-1']);
    expect(traffic.changes).toEqual(['DeleteRule rule/smoke', 'DeleteTargetGroup tg/smoke']);
  });

  test.each([
    ['of another release', { ...smoke, [TAG.releaseId]: 'other' }],
    ['of another stack', { ...smoke, [TAG.stack]: 'other' }],
    ['without tags', {}],
  ])('I11: touches nothing %s', async (_what, tags) => {
    instances = [{ id: 'i-2', tags, image: 'ami-2' }];
    images = [{ id: 'ami-2', tags, snapshot: 'snap-2' }];
    snapshots = [{ id: 'snap-2', tags }];
    await reject(setUp().deps);
    expect(removed).toEqual([]);
  });

  test('never ends machines that serve, though they carry the tag of the release', async () => {
    instances = [{ id: 'i-live', tags: ours, image: 'ami-1' }];
    await reject(setUp().deps);
    expect(removed).toEqual([]);
  });

  test.each([
    ['serves', { current: aDeployment(1) }],
    ['is warm', { current: aDeployment(2), warm: { deployment: aDeployment(1), until: '2026-01-02' } }],
    ['a rollback would need', { current: aDeployment(3), previous: [aDeployment(2), aDeployment(1)] }],
  ])('G10: never removes an image that %s in an environment', async (_what, record) => {
    for (const environment of ['dev', 'prod']) {
      const key = `kiln/environments/${environment}/hello.json`;
      await reject(setUp({ [key]: aRecord(record) }).deps);
      expect(removed).toEqual([]);
    }
  });

  test('G10: never removes an image that a release of the same content runs', async () => {
    instances = [{ id: 'i-2', tags: { ...ours, [TAG.releaseId]: 'other' }, image: 'ami-1' }];
    await reject(setUp().deps);
    expect(removed).toEqual([]);
  });

  test('a release that ended before it was baked leaves nothing to remove', async () => {
    images = [];
    snapshots = [];
    await reject(setUp().deps, 'ArtifactGone');
    expect(removed).toEqual([]);
  });
});
