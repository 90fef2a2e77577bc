import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readReleaseRecords } from '#cli/release-records';
import { debianAws, hasDebianAws } from '#test/helpers/debian-aws';
import type { DebianAws } from '#test/helpers/debian-aws';
import { poll } from '#test/helpers/poll';
import { helloNode } from '#test/helpers/release';
import { startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';

const MINUTE = 60_000;
const MACHINES = 2;

let kiln: RunningKiln;
let aws: DebianAws;
let folder: string;

if (!hasDebianAws) process.stderr.write('skipped: Debian package awscli is not installed (/usr/bin/aws)\n');
const whenInstalled = hasDebianAws ? describe : describe.skip;

const releaseExecution = async (): Promise<{ executionArn: string; name: string; status: string }> => {
  const { executions } = await aws.json<{
    executions: { executionArn: string; name: string; status: string }[];
  }>('stepfunctions', 'list-executions', '--state-machine-arn', kiln.stack.releaseStateMachineArn);
  expect(executions).toHaveLength(1);
  return executions[0] as (typeof executions)[0];
};

whenInstalled("the drop made with Debian's awscli", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiln-aws-cli-'));
    kiln = await startKiln();
    aws = debianAws(kiln.cloud.endpointUrl, folder);
    const artifact = join(folder, 'hello-1.0.0.zip');
    await writeFile(artifact, await helloNode());
    await aws.text('s3', 'cp', artifact, `s3://${kiln.stack.bucket}/apps/hello/1.0.0.zip`, '--no-progress');
    await poll(
      async () => (await readReleaseRecords(kiln)).find((record) => record.status === 'live'),
      3 * MINUTE,
      () => 'the dropped release is not live',
    );
    await poll(
      async () => ((await releaseExecution()).status === 'RUNNING' ? undefined : true),
      MINUTE,
      () => 'the execution of the live release does not end',
    );
  }, 8 * MINUTE);

  afterAll(async () => {
    await kiln?.stop();
    await rm(folder, { recursive: true, force: true });
  }, MINUTE);

  test('is served through the load balancer', async () => {
    const answer = (await (await fetch(kiln.stack.environments[0].url)).json()) as { release: string };
    expect(answer.release).toBe('1.0.0');
  });

  test('is in the bucket, which `s3 ls` lists', async () => {
    expect(await aws.text('s3', 'ls')).toContain(kiln.stack.bucket);
    expect(await aws.text('s3', 'ls', `s3://${kiln.stack.bucket}/apps/hello/`)).toMatch(
      / \d+ 1\.0\.0\.zip\n$/,
    );
    const { Versions } = await aws.json<{ Versions: { Key: string; IsLatest: boolean }[] }>(
      's3api',
      'list-object-versions',
      '--bucket',
      kiln.stack.bucket,
      '--prefix',
      'apps/',
    );
    expect(Versions).toMatchObject([{ Key: 'apps/hello/1.0.0.zip', IsLatest: true }]);
  });

  test('ran as one execution, whose history tells every step', async () => {
    const { executionArn, name, status } = await releaseExecution();
    expect(name).toMatch(/^hello-1\.0\.0-[0-9a-f]{16}$/);
    expect(status).toBe('SUCCEEDED');
    const { events } = await aws.json<{
      events: { id: number; type: string; stateEnteredEventDetails?: { name: string } }[];
    }>('stepfunctions', 'get-execution-history', '--execution-arn', executionArn);
    expect(events[0]).toMatchObject({ id: 1, type: 'ExecutionStarted' });
    expect(events.at(-1)).toMatchObject({ id: events.length, type: 'ExecutionSucceeded' });
    const entered = events.map((event) => event.stateEnteredEventDetails?.name).filter(Boolean);
    expect(entered.slice(0, 4)).toEqual([
      'ReceiveArtifact',
      'BakeImage',
      'SmokeTestImage',
      'RegisterRelease',
    ]);
    const { status: described, output } = await aws.json<{ status: string; output: string }>(
      'stepfunctions',
      'describe-execution',
      '--execution-arn',
      executionArn,
    );
    expect(described).toBe('SUCCEEDED');
    expect(() => JSON.parse(output) as unknown).not.toThrow();
  });

  test('became one image, from which both machines run in two zones', async () => {
    const { Images } = await aws.json<{
      Images: {
        ImageId: string;
        State: string;
        RootDeviceType: string;
        Tags: { Key: string; Value: string }[];
      }[];
    }>('ec2', 'describe-images', '--owners', 'self');
    expect(Images).toMatchObject([{ State: 'available', RootDeviceType: 'ebs' }]);
    const imageId = Images[0]?.ImageId ?? '';
    const { Reservations } = await aws.json<{
      Reservations: {
        Instances: { InstanceId: string; ImageId: string; Placement: { AvailabilityZone: string } }[];
      }[];
    }>('ec2', 'describe-instances', '--filters', 'Name=instance-state-name,Values=running');
    const instances = Reservations.flatMap((reservation) => reservation.Instances);
    expect(instances).toHaveLength(MACHINES);
    expect(instances.map((instance) => instance.ImageId)).toEqual([imageId, imageId]);
    expect(new Set(instances.map((instance) => instance.Placement.AvailabilityZone)).size).toBe(MACHINES);
    const console = await aws.text(
      'ec2',
      'get-console-output',
      '--latest',
      '--instance-id',
      instances[0]?.InstanceId ?? '',
      '--output',
      'text',
      '--query',
      'Output',
    );
    expect(console).toContain('kiln');
  });

  test('is healthy behind the balancer and in its group', async () => {
    const { TargetGroups } = await aws.json<{ TargetGroups: { TargetGroupArn: string }[] }>(
      'elbv2',
      'describe-target-groups',
    );
    expect(TargetGroups).toHaveLength(1);
    const { TargetHealthDescriptions } = await aws.json<{
      TargetHealthDescriptions: { Target: { Id: string }; TargetHealth: { State: string } }[];
    }>('elbv2', 'describe-target-health', '--target-group-arn', TargetGroups[0]?.TargetGroupArn ?? '');
    expect(TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth.State)).toEqual([
      'healthy',
      'healthy',
    ]);
    const { AutoScalingGroups } = await aws.json<{
      AutoScalingGroups: {
        DesiredCapacity: number;
        AvailabilityZones: string[];
        Instances: { InstanceId: string; LifecycleState: string; HealthStatus: string }[];
      }[];
    }>('autoscaling', 'describe-auto-scaling-groups');
    expect(AutoScalingGroups).toMatchObject([
      {
        DesiredCapacity: MACHINES,
        Instances: [
          { LifecycleState: 'InService', HealthStatus: 'Healthy' },
          { LifecycleState: 'InService', HealthStatus: 'Healthy' },
        ],
      },
    ]);
    const members = AutoScalingGroups[0]?.Instances.map((instance) => instance.InstanceId) ?? [];
    expect(TargetHealthDescriptions.map(({ Target }) => Target.Id).toSorted()).toEqual(members.toSorted());
  });

  test('was started by the rule that `events list-rules` shows', async () => {
    const { Rules } = await aws.json<{ Rules: { Name: string; State: string; EventPattern?: string }[] }>(
      'events',
      'list-rules',
    );
    const patterns = Rules.map((rule) => JSON.parse(rule.EventPattern ?? '{}') as Record<string, unknown>);
    expect(patterns).toContainEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [kiln.stack.bucket] }, object: { key: [{ prefix: 'apps/' }] } },
    });
    expect(Rules.map((rule) => rule.State)).toContain('ENABLED');
  });

  test('went through the deployed stack and its functions, which logged it', async () => {
    const { Stacks } = await aws.json<{ Stacks: { StackName: string; StackStatus: string }[] }>(
      'cloudformation',
      'describe-stacks',
      '--stack-name',
      'kiln',
    );
    expect(Stacks).toMatchObject([{ StackName: 'kiln', StackStatus: 'UPDATE_COMPLETE' }]);
    const { Functions } = await aws.json<{ Functions: { FunctionName: string; Runtime: string }[] }>(
      'lambda',
      'list-functions',
    );
    const bake = Functions.find((one) => one.FunctionName.endsWith('-bakeImage'));
    expect(bake).toMatchObject({ Runtime: 'nodejs24.x' });
    const { events } = await aws.json<{ events: { message: string }[] }>(
      'logs',
      'filter-log-events',
      '--log-group-name',
      `/aws/lambda/${bake?.FunctionName}`,
    );
    const messages = events.map((event) => event.message).join('');
    expect(messages).toContain('START RequestId:');
    expect(messages).toContain('REPORT RequestId:');
    const { logStreams } = await aws.json<{ logStreams: { logStreamName: string }[] }>(
      'logs',
      'describe-log-streams',
      '--log-group-name',
      `/aws/lambda/${bake?.FunctionName}`,
    );
    expect(logStreams.length).toBeGreaterThan(0);
  });
});
