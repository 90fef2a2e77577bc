import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client, GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import type { Instance } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { EndedMachine } from '#pipeline/machine/ended-machine';
import { recordEndedMachine } from '#pipeline/machine/record-ended-machine';
import { TAG, tagsFor } from '#pipeline/tags';
import { fakeGroups } from '#test/helpers/fake-groups';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { aRelease, quietLog, STACK } from '#test/helpers/pipeline-fixtures';
import { autoScalingError, ec2Error } from '#test/helpers/service-error';

const GROUP = 'kiln-hello-dev';
const KEY = 'kiln/ended/dev/hello/i-0a.json';
const DEAD_MAN =
  'kiln: stopping the app at 90.02 s: the machine reached its maximum uptime of 90 s (dead-man timer)\n' +
  'kiln: app exited with status 0 after 80.1 s\nkiln: powering off at 90.40 s\n';

const ended = { instanceId: 'i-0a', endedAt: '2026-01-01T01:00:00Z' } as const;

/** A machine of `hello` in dev as EC2 shows it for an hour after its end. */
const anInstance = (tags: Readonly<Record<string, string>> = {}, stateCode?: string): Instance => ({
  InstanceId: 'i-0a',
  LaunchTime: new Date('2026-01-01T00:58:00Z'),
  Placement: { AvailabilityZone: 'eu-central-1a' },
  StateReason: {
    Code: stateCode ?? 'Client.UserInitiatedShutdown',
    Message: `${stateCode ?? 'Client.UserInitiatedShutdown'}: said EC2`,
  },
  Tags: tagsFor(STACK, aRelease(1), {
    [TAG.environment]: 'dev',
    'aws:autoscaling:groupName': GROUP,
    ...tags,
  }),
});

const world = () => {
  const ec2 = mockClient(EC2Client);
  const groups = fakeGroups();
  const documents = memoryDocuments();
  const news: [string, Record<string, unknown>][] = [];
  groups.groups.set(GROUP, { AutoScalingGroupName: GROUP } as never);
  const found = (instance: Instance | undefined): void => {
    ec2
      .on(DescribeInstancesCommand)
      .resolves({ Reservations: instance === undefined ? [] : [{ Instances: [instance] }] });
  };
  const said = (text: string): void => {
    ec2.on(GetConsoleOutputCommand).resolves({ Output: Buffer.from(text).toString('base64') });
  };
  found(anInstance());
  said('hello from the app\n');
  return {
    ec2,
    groups,
    documents,
    news,
    found,
    said,
    cause: (Cause: string) =>
      groups.mock.on(DescribeScalingActivitiesCommand).resolves({
        Activities: [
          { Description: 'Terminating EC2 instance: i-0b', Cause: 'another machine' },
          { Description: 'Launching a new EC2 instance: i-0a', Cause: 'its launch' },
          { Description: 'Terminating EC2 instance: i-0a', Cause },
        ] as never,
      }),
    box: () => documents.all.get(KEY) as EndedMachine | undefined,
    record: () =>
      recordEndedMachine(ended, {
        ec2: new EC2Client({ region: 'r' }),
        autoScaling: groups.client,
        documents,
        announce: (name, detail) => {
          news.push([name, detail]);
          return Promise.resolve();
        },
        clock: instantClock(),
        log: quietLog,
        stack: STACK,
      }),
  };
};

let kiln: ReturnType<typeof world>;

beforeEach(() => {
  kiln = world();
});

describe('recordEndedMachine', () => {
  test('keeps what the machine was, why it ended and what it said last', async () => {
    kiln.cause(
      'At 2026 an instance was taken out of service in response to an ELB system health check failure.',
    );
    expect(await kiln.record()).toEqual({ recorded: true });
    expect(kiln.box()).toEqual({
      instanceId: 'i-0a',
      app: 'hello',
      environment: 'dev',
      version: '1.0.0',
      releaseId: aRelease(1).releaseId,
      zone: 'eu-central-1a',
      groupName: GROUP,
      reason: 'unhealthy',
      detail:
        'Client.UserInitiatedShutdown: said EC2; At 2026 an instance was taken out of service in response to an ELB system health check failure.',
      launchedAt: '2026-01-01T00:58:00.000Z',
      endedAt: '2026-01-01T01:00:00Z',
      ageSeconds: 120,
      console: 'hello from the app\n',
    });
    expect(kiln.news).toEqual([['machine.ended', kiln.box()]]);
  });

  test('announces once when the event comes twice, and keeps the first record', async () => {
    await kiln.record();
    const first = kiln.box();
    kiln.said('later\n');
    expect(await kiln.record()).toEqual({ recorded: false });
    expect(kiln.box()).toEqual(first);
    expect(kiln.news).toHaveLength(1);
  });

  test('leaves machines alone that are not of this stack, or not known any more', async () => {
    for (const instance of [anInstance({ [TAG.stack]: 'other' }), { InstanceId: 'i-0a' }, undefined]) {
      kiln.found(instance);
      expect(await kiln.record()).toEqual({ recorded: false });
    }
    kiln.ec2.on(DescribeInstancesCommand).rejects(ec2Error('InvalidInstanceID.NotFound'));
    expect(await kiln.record()).toEqual({ recorded: false });
    expect(kiln.documents.all.size).toBe(0);
    expect(kiln.news).toEqual([]);
    expect(kiln.ec2.commandCalls(GetConsoleOutputCommand)).toHaveLength(0);
  });

  test.each(['age', 'chaos'] as const)('asks no group when Kiln said why it ends (%s)', async (reason) => {
    kiln.found(anInstance({ [TAG.ending]: reason }));
    await kiln.record();
    expect(kiln.box()).toMatchObject({ reason, groupName: GROUP });
    expect(kiln.groups.mock.calls()).toHaveLength(0);
  });

  test('a machine of a smoke test is one', async () => {
    kiln.found(anInstance({ [TAG.purpose]: 'smoke' }));
    await kiln.record();
    expect(kiln.box()).toMatchObject({ reason: 'smoke-test' });
  });

  test('a dead man is told from an app that ended', async () => {
    kiln.found(anInstance({}, 'Client.InstanceInitiatedShutdown'));
    kiln.said(DEAD_MAN);
    await kiln.record();
    expect(kiln.box()).toMatchObject({ reason: 'dead-man', console: DEAD_MAN });
  });

  test('a machine whose console is lost is recorded all the same', async () => {
    kiln.found(anInstance({}, 'Client.InstanceInitiatedShutdown'));
    kiln.said('');
    await kiln.record();
    expect(kiln.box()).toMatchObject({ reason: 'app-ended' });
    expect(kiln.box()).not.toHaveProperty('console');
  });

  test('a release that is being removed, or is gone, ended its machines', async () => {
    kiln.groups.groups.set(GROUP, { AutoScalingGroupName: GROUP, Status: 'Delete in progress' } as never);
    await kiln.record();
    expect(kiln.box()).toMatchObject({ reason: 'release' });
    kiln.documents.all.clear();
    await kiln.record();
    expect(kiln.box()).toMatchObject({ reason: 'release' });
  });

  test('so did one whose group goes while it is asked', async () => {
    kiln.groups.mock.on(DescribeScalingActivitiesCommand).rejects(autoScalingError('ValidationError'));
    await kiln.record();
    expect(kiln.box()).toMatchObject({ reason: 'release' });
  });

  test('tries again later when AWS is busy: nothing is written half', async () => {
    kiln.groups.mock.on(DescribeScalingActivitiesCommand).rejects(autoScalingError('Throttling'));
    await expect(kiln.record()).rejects.toThrow('Throttling');
    expect(kiln.documents.all.size).toBe(0);
    expect(kiln.news).toEqual([]);
  });

  test('the event fits into 256 KB whatever the machine wrote', async () => {
    kiln.said('"\\\n'.repeat(60_000));
    await kiln.record();
    expect(Buffer.byteLength(JSON.stringify(kiln.news[0]?.[1]))).toBeLessThan(200_000);
  });
});
