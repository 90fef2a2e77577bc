import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSnapshotsCommand,
} from '@aws-sdk/client-ec2';
import { DescribeRulesCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RunningKiln } from './start-kiln.ts';

/** Everything that a release can leave behind, by its ids or paths, in order. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

const DISK = /\/(blocks\.raw|disk\.raw|overlay[^/]*|.*\.partial|.*\.qcow2)$/u;

const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

const sorted = (ids: readonly (string | undefined)[]): string[] => ids.map((id) => id ?? '').toSorted();

/** Reads what exists now in the account and, of disks and of functions' temporary files, on this host. */
export const takeInventory = async ({
  connection,
  stack,
  stateDir,
}: Pick<RunningKiln, 'connection' | 'stack' | 'stateDir'>): Promise<Inventory> => {
  const { autoScaling, balancing, ec2 } = connection;
  const states = ['pending', 'running', 'shutting-down', 'stopping', 'stopped'];
  const instances = await ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: states }] }),
  );
  const groups = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  const targetGroups = await balancing.send(new DescribeTargetGroupsCommand({}));
  const rules = await Promise.all(
    stack.environments.map(({ listenerArn }) =>
      balancing.send(new DescribeRulesCommand({ ListenerArn: listenerArn })),
    ),
  );
  const images = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  const snapshots = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  const templates = await ec2.send(new DescribeLaunchTemplatesCommand({}));
  return {
    instances: sorted(
      (instances.Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId)),
    ),
    groups: sorted((groups.AutoScalingGroups ?? []).map((group) => group.AutoScalingGroupName)),
    targetGroups: sorted((targetGroups.TargetGroups ?? []).map((group) => group.TargetGroupArn)),
    rules: sorted(rules.flatMap(({ Rules = [] }) => Rules.map((rule) => rule.RuleArn))),
    images: sorted((images.Images ?? []).map((image) => image.ImageId)),
    snapshots: sorted((snapshots.Snapshots ?? []).map((snapshot) => snapshot.SnapshotId)),
    launchTemplates: sorted((templates.LaunchTemplates ?? []).map((template) => template.LaunchTemplateId)),
    disks: (await filesBelow(stateDir)).filter((path) => DISK.test(path)).toSorted(),
    temporaryFiles: (await filesBelow(join(stateDir, 'lambda/tmp'))).toSorted(),
  };
};
