import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import type { DescribeAutoScalingGroupsCommandInput } from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { createMachineGroup, readMachineGroups } from '#pipeline/rollout/machine-group';
import { fakeGroups } from '#test/helpers/fake-groups';
import { instantClock } from '#test/helpers/instant-clock';
import { aDeployment, anEnvironment, anImage, placement } from '#test/helpers/pipeline-fixtures';

/** The launch template that is made in an environment, and the user data in it. */
const launch = async (more: Partial<DeployedEnvironment>, parameters: Record<string, string> = {}) => {
  const ec2 = mockClient(EC2Client);
  await createMachineGroup(
    {
      deployment: aDeployment(1, { configuration: { digest: 'c0ffee', parameters } }),
      image: anImage(1),
      environment: anEnvironment(more),
      machines: 2,
      placement,
      tags: [],
    },
    {
      autoScaling: fakeGroups().client,
      ec2: new EC2Client({ region: 'r' }),
      balancing: new ElasticLoadBalancingV2Client({ region: 'r' }),
      clock: instantClock(),
    },
  );
  const data = ec2.commandCalls(CreateLaunchTemplateCommand)[0]?.args[0].input.LaunchTemplateData;
  return { data, userData: Buffer.from(data?.UserData ?? '', 'base64').toString('utf8') };
};

describe('what a machine is told at launch', () => {
  test('has no timer where its environment has no maximum uptime', async () => {
    const { userData } = await launch({ uptimeGraceMinutes: 30 });
    expect(userData).toBe('KILN_ENV="dev"\n');
  });

  test('its timer leaves the control plane the grace, and is spread over a tenth of the maximum uptime', async () => {
    const { userData } = await launch({ maximumUptimeMinutes: 60, uptimeGraceMinutes: 30 });
    expect(userData).toContain('KILN_MAX_UPTIME_SECONDS="5400"\n');
    expect(userData).toContain('KILN_MAX_UPTIME_JITTER_SECONDS="360"\n');
  });

  test('no parameter of an app moves its timer', async () => {
    const { userData } = await launch(
      { maximumUptimeMinutes: 1, uptimeGraceMinutes: 1 },
      { KILN_MAX_UPTIME_SECONDS: '999999', GREETING: 'hello' },
    );
    expect(userData.match(/KILN_MAX_UPTIME_SECONDS/g)).toHaveLength(1);
    expect(userData).toContain('KILN_MAX_UPTIME_SECONDS="120"\n');
    expect(userData).toContain('GREETING="hello"\n');
  });

  test('a machine that powers itself off is gone, not stopped', async () => {
    const { data } = await launch({ maximumUptimeMinutes: 60 });
    expect(data).toMatchObject({ InstanceInitiatedShutdownBehavior: 'terminate' });
  });
});

describe('groups by their names', () => {
  /** Answers as Auto Scaling does: with 50 groups unless asked for up to 100, which is also the most names it takes. */
  const describeByNames = (): { readonly client: AutoScalingClient; readonly calls: () => number } => {
    const client = new AutoScalingClient({ region: 'r' });
    const autoScaling = mockClient(client).on(DescribeAutoScalingGroupsCommand);
    const stub = autoScaling.callsFake((input: DescribeAutoScalingGroupsCommandInput) => {
      const { AutoScalingGroupNames = [], MaxRecords = 50 } = input;
      if (AutoScalingGroupNames.length === 0 || AutoScalingGroupNames.length > 100) throw new Error('names');
      return {
        AutoScalingGroups: AutoScalingGroupNames.slice(0, MaxRecords).map((name) => ({
          AutoScalingGroupName: name,
        })),
      };
    });
    return { client, calls: () => stub.calls().length };
  };

  test.each([
    [0, 0],
    [1, 1],
    [51, 1],
    [100, 1],
    [101, 2],
    [250, 3],
  ])('of %i names all are found, in %i calls', async (count, calls) => {
    const names = Array.from({ length: count }, (_, index) => `group-${index}`);
    const autoScaling = describeByNames();
    expect([...(await readMachineGroups(names, autoScaling.client)).keys()]).toEqual(names);
    expect(autoScaling.calls()).toBe(calls);
  });
});
