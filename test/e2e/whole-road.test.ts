import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readMachines } from '#cli/machines';
import { appOf, dropAndWatch, helloNode } from '#test/helpers/release';
import { startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';
import { startTraffic } from '#test/helpers/traffic';
import { poll } from '#test/helpers/poll';

const MINUTE = 60_000;

let kiln: RunningKiln;

beforeAll(async () => {
  kiln = await startKiln();
}, 5 * MINUTE);

afterAll(async () => {
  await kiln?.stop();
}, MINUTE);

const whatExists = async () => {
  const { AutoScalingGroups = [] } = await kiln.connection.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({}),
  );
  const { TargetGroups = [] } = await kiln.connection.balancing.send(new DescribeTargetGroupsCommand({}));
  const { Images = [] } = await kiln.connection.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  const { Snapshots = [] } = await kiln.connection.ec2.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'] }),
  );
  const machines = await readMachines(kiln.connection);
  return {
    groups: AutoScalingGroups.length,
    targetGroups: TargetGroups.length,
    images: Images.length,
    snapshots: Snapshots.length,
    machines: machines.map((machine) => `${machine.app} ${machine.release} ${machine.state}`),
    zones: new Set(machines.map((machine) => machine.zone)).size,
  };
};

describe('the whole road', () => {
  test(
    'releases 1.0.0 and 2.0.0 and refuses a broken 3.0.0 without one failed request',
    async () => {
      const first = await dropAndWatch(kiln, 'apps/hello/1.0.0.zip', await helloNode());
      expect(first.record).toMatchObject({ status: 'live', app: 'hello', version: '1.0.0' });

      const traffic = startTraffic(kiln.stack.environments[0].url, { perSecond: 20, connections: 8 });
      const second = await dropAndWatch(kiln, 'apps/hello/2.0.0.zip', await helloNode());
      const third = await dropAndWatch(kiln, 'apps/hello/3.0.0.zip', appOf("throw new Error('not today');"));
      // Blue of the second rollout goes a while after the traffic moved.
      const rest = await poll(
        async () => {
          const found = await whatExists();
          return found.machines.length === 2 && found.groups === 1 ? found : undefined;
        },
        2 * MINUTE,
        () => 'more than two machines are left',
      );
      const report = await traffic.stop();

      expect(second.record).toMatchObject({ status: 'live', version: '2.0.0' });
      expect(third.record).toMatchObject({ status: 'rejected', reason: 'SmokeTestFailed' });
      expect(third.record.message).toContain('app exited with status 1');
      expect(third.record.message).toContain('not today');
      expect(report.failures).toEqual([]);
      expect(report.requests).toBeGreaterThan(20 * report.secondsTaken * 0.9);
      expect(Object.keys(report.byRelease)).toEqual(['1.0.0', '2.0.0']);
      expect(rest).toEqual({
        groups: 1,
        targetGroups: 1,
        // The content of both releases is the same, and so is their image; beside its snapshot there is the base's.
        images: 1,
        snapshots: 2,
        machines: ['hello 2.0.0 running', 'hello 2.0.0 running'],
        zones: 2,
      });
    },
    10 * MINUTE,
  );
});
