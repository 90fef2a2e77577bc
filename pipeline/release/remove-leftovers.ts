import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { DocumentStore } from '../documents/document-store.ts';
import { environments } from '../environments.ts';
import { removeSmokeMachine } from '../image/smoke-machine.ts';
import type { EnvironmentRecord, Release } from '../model.ts';
import { environmentKey } from '../rollout/environment-record.ts';
import { TAG } from '../tags.ts';

export interface RemoveLeftoversDeps {
  readonly ec2: EC2Client;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly documents: DocumentStore;
  readonly stack: string;
  readonly listenerArn: string;
}

const filtersFor = (
  release: Pick<Release, 'releaseId'>,
  stack: string,
): { Name: string; Values: string[] }[] => [
  { Name: `tag:${TAG.releaseId}`, Values: [release.releaseId] },
  { Name: `tag:${TAG.stack}`, Values: [stack] },
];

const imagesInUse = async (app: string, documents: DocumentStore): Promise<Set<string>> => {
  const records = await Promise.all(
    environments.map((environment) =>
      documents.read<EnvironmentRecord>(environmentKey(environment.name, app)),
    ),
  );
  return new Set(records.map((record) => record?.current?.imageId).filter((id) => id !== undefined));
};

/**
 * Removes what a release that ended badly left behind: its smoke machine, image and snapshots. Only what carries the
 * release's tag is touched, and never an image that serves somewhere.
 */
export const removeLeftovers = async (
  release: Pick<Release, 'app' | 'releaseId'>,
  deps: RemoveLeftoversDeps,
): Promise<void> => {
  const Filters = filtersFor(release, deps.stack);
  const { Reservations = [] } = await deps.ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        ...Filters,
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
      ],
    }),
  );
  const instanceIds = Reservations.flatMap((reservation) => reservation.Instances ?? []).map(
    (instance) => instance.InstanceId ?? '',
  );
  await removeSmokeMachine(release, instanceIds, deps);
  const inUse = await imagesInUse(release.app, deps.documents);
  const { Images = [] } = await deps.ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters }));
  const kept = new Set<string>();
  for (const image of Images) {
    if (inUse.has(image.ImageId ?? '')) {
      for (const mapping of image.BlockDeviceMappings ?? []) kept.add(mapping.Ebs?.SnapshotId ?? '');
    } else {
      await deps.ec2.send(new DeregisterImageCommand({ ImageId: image.ImageId }));
    }
  }
  const { Snapshots = [] } = await deps.ec2.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }),
  );
  for (const snapshot of Snapshots) {
    if (!kept.has(snapshot.SnapshotId ?? '')) {
      await deps.ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshot.SnapshotId }));
    }
  }
};
