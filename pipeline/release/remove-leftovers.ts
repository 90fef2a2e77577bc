import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { readEnvironments } from '../environments/read-environments.ts';
import { deleteSnapshot, deregisterImage } from '../image/delete-image.ts';
import { removeSmokeMachine, SMOKE } from '../image/smoke-machine.ts';
import type { EnvironmentRecord, Release } from '../model.ts';
import { environmentKey } from '../rollout/environment-record.ts';
import { TAG } from '../tags.ts';

export interface RemoveLeftoversDeps {
  readonly ec2: EC2Client;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly stack: string;
}

const filtersFor = (
  release: Pick<Release, 'releaseId'>,
  stack: string,
): { Name: string; Values: string[] }[] => [
  { Name: `tag:${TAG.releaseId}`, Values: [release.releaseId] },
  { Name: `tag:${TAG.stack}`, Values: [stack] },
];

/** Images that serve, are warm, or are the way back of a rollback. */
const imagesOf = ({ current, warm, previous = [] }: EnvironmentRecord): string[] =>
  [current, warm?.deployment, ...previous].flatMap((deployment) =>
    deployment === undefined ? [] : [deployment.imageId],
  );

const imagesInUse = async (
  app: string,
  environments: readonly DeployedEnvironment[],
  documents: DocumentStore,
): Promise<Set<string>> => {
  const records = await Promise.all(
    environments.map(({ name }) => documents.read<EnvironmentRecord>(environmentKey(name, app))),
  );
  return new Set(records.flatMap((record) => (record === undefined ? [] : imagesOf(record))));
};

const LIVING = ['pending', 'running', 'stopping', 'stopped'];

const findMachines = async (
  filters: readonly { Name: string; Values: string[] }[],
  ec2: EC2Client,
): Promise<string[]> => {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({ Filters: [...filters, { Name: 'instance-state-name', Values: LIVING }] }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
};

const runsElsewhere = async (imageId: string, ended: readonly string[], ec2: EC2Client): Promise<boolean> => {
  const machines = await findMachines([{ Name: 'image-id', Values: [imageId] }], ec2);
  return machines.some((id) => !ended.includes(id));
};

/**
 * Removes what a release that ended badly left behind: its smoke machine, image and snapshots. Only what carries the
 * release's tag is touched, and never an image that serves somewhere, that a rollback may need or that a release of the same content runs.
 */
export const removeLeftovers = async (
  release: Pick<Release, 'app' | 'releaseId'>,
  deps: RemoveLeftoversDeps,
): Promise<void> => {
  const Filters = filtersFor(release, deps.stack);
  const smoke = await findMachines([...Filters, { Name: `tag:${TAG.purpose}`, Values: [SMOKE] }], deps.ec2);
  const environments = await readEnvironments(deps.documents);
  const listenerArns = environments.map(({ listenerArn }) => listenerArn);
  await removeSmokeMachine(release, smoke, { ...deps, listenerArns });
  const inUse = await imagesInUse(release.app, environments, deps.documents);
  const { Images = [] } = await deps.ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters }));
  const kept = new Set<string>();
  for (const image of Images) {
    if (inUse.has(image.ImageId ?? '') || (await runsElsewhere(image.ImageId ?? '', smoke, deps.ec2))) {
      for (const mapping of image.BlockDeviceMappings ?? []) kept.add(mapping.Ebs?.SnapshotId ?? '');
    } else {
      await deregisterImage(image.ImageId ?? '', deps.ec2);
    }
  }
  const { Snapshots = [] } = await deps.ec2.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }),
  );
  for (const snapshot of Snapshots) {
    if (!kept.has(snapshot.SnapshotId ?? '')) {
      await deleteSnapshot(snapshot.SnapshotId ?? '', deps);
    }
  }
};
