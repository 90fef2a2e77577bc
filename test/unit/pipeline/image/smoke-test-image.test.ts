import {
  DescribeInstancesCommand,
  EC2Client,
  GetConsoleOutputCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Instance } from '@aws-sdk/client-ec2';
import {
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { smokeTestImage } from '#pipeline/image/smoke-test-image';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { releaseKey } from '#pipeline/release/release-record';
import { TAG } from '#pipeline/tags';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import {
  anEnvironment,
  anImage,
  announcements,
  aRelease,
  placement,
  quietLog,
  STACK,
} from '#test/helpers/pipeline-fixtures';
import { ec2Error, elbError } from '#test/helpers/service-error';

const ec2 = mockClient(EC2Client);
const elb = mockClient(ElasticLoadBalancingV2Client);

const release = aRelease();
const environment = anEnvironment({ parameters: { LOG_LEVEL: 'debug' } });
const image = anImage(1, { smokeRequests: [{ path: '/hello', status: 201 }] });

/** How each launched machine is described, by its id; launches give i-0, i-1, … by their token. */
let machines: Record<string, Instance>;
let tokens: string[];
let answers: Record<string, number>;
let requests: { url: string; preview: string | null }[];

const fetch = ((url: URL, options: RequestInit) => {
  requests.push({ url: String(url), preview: new Headers(options.headers).get('x-kiln-preview') });
  return Promise.resolve(new Response('body', { status: answers[url.pathname] ?? 200 }));
}) as typeof globalThis.fetch;

const run = () => {
  const documents = memoryDocuments({
    [ENVIRONMENTS_KEY]: { updatedAt: '', environments: [environment, anEnvironment({ name: 'prod' })] },
  });
  const clock = instantClock();
  const { names, announce } = announcements();
  const result = smokeTestImage(
    { release, image },
    {
      ec2: new EC2Client({ region: 'r' }),
      balancing: new ElasticLoadBalancingV2Client({ region: 'r' }),
      clock,
      stack: STACK,
      placement,
      documents,
      announce,
      log: quietLog,
      fetch,
    },
  );
  return { result, documents, clock, names };
};

const terminated = (): string[] =>
  ec2.commandCalls(TerminateInstancesCommand).flatMap((call) => call.args[0].input.InstanceIds ?? []);

const health = (State: 'healthy' | 'unhealthy' | 'initial'): void => {
  elb
    .on(DescribeTargetHealthCommand)
    .resolves({ TargetHealthDescriptions: [{ TargetHealth: { State, Description: 'as told' } }] });
};

beforeEach(() => {
  ec2.reset();
  elb.reset();
  machines = {};
  tokens = [];
  answers = { '/hello': 201 };
  requests = [];
  ec2.on(RunInstancesCommand).callsFake(({ ClientToken = '' }: RunInstancesCommand['input']) => {
    if (!tokens.includes(ClientToken)) tokens.push(ClientToken);
    return { Instances: [{ InstanceId: `i-${tokens.indexOf(ClientToken)}` }] };
  });
  ec2.on(DescribeInstancesCommand).callsFake(({ InstanceIds = [] }: DescribeInstancesCommand['input']) => ({
    Reservations: [{ Instances: [machines[InstanceIds[0] ?? ''] ?? { State: { Name: 'running' } }] }],
  }));
  ec2.on(GetConsoleOutputCommand).resolves({ Output: Buffer.from('kiln: booted\n').toString('base64') });
  ec2.on(TerminateInstancesCommand).resolves({});
  elb.on(DescribeTargetGroupsCommand).resolves({
    TargetGroups: [{ TargetGroupArn: 'arn:tg' }],
  });
  elb.on(CreateTargetGroupCommand).resolves({ TargetGroups: [{ TargetGroupArn: 'arn:tg' }] });
  elb.on(DescribeRulesCommand).resolves({ Rules: [] });
  elb.on(CreateRuleCommand).resolves({ Rules: [{ RuleArn: 'arn:rule' }] });
  health('healthy');
});

describe('smokeTestImage', () => {
  test('asks for the health path and the own requests of the app, through the preview rule only', async () => {
    const { result, documents, names } = run();
    const { evidence } = await result;
    expect(requests).toEqual(
      ['/health', '/hello'].map((path) => ({
        url: `${environment.url}${path}`,
        preview: `${release.releaseId}.smoke`,
      })),
    );
    expect(evidence).toMatchObject({ digest: image.digest, instanceId: 'i-0', consoleTail: 'kiln: booted' });
    expect(documents.all.get(releaseKey(release))).toMatchObject({ status: 'tested', evidence });
    expect(names).toEqual(['release.tested']);
  });

  test('T09: the machine asks for IMDSv2 and ends when its app does', async () => {
    await run().result;
    expect(ec2.commandCalls(RunInstancesCommand)[0]?.args[0].input).toMatchObject({
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      InstanceInitiatedShutdownBehavior: 'terminate',
      TagSpecifications: [
        { ResourceType: 'instance', Tags: expect.arrayContaining([{ Key: TAG.purpose, Value: 'smoke' }]) },
      ],
    });
  });

  test('the machine boots as in the first environment and is reached through its listener', async () => {
    await run().result;
    const { UserData = '' } = ec2.commandCalls(RunInstancesCommand)[0]?.args[0].input ?? {};
    expect(Buffer.from(UserData, 'base64').toString()).toBe('LOG_LEVEL="debug"\nKILN_ENV="dev"\n');
    expect(elb.commandCalls(CreateRuleCommand)[0]?.args[0].input.ListenerArn).toBe(environment.listenerArn);
  });

  test('the machine goes away when the test passed', async () => {
    await run().result;
    expect(terminated()).toEqual(['i-0']);
    expect(elb.commandCalls(DeleteTargetGroupCommand)).toHaveLength(1);
  });

  test.each([
    [
      'the target group cannot be made',
      () => elb.on(CreateTargetGroupCommand).rejects(elbError('TooManyTargetGroups')),
    ],
    ['the rule cannot be made', () => elb.on(CreateRuleCommand).rejects(elbError('TooManyRules'))],
    ['it cannot be registered', () => elb.on(RegisterTargetsCommand).rejects(elbError('TooManyTargets'))],
    ['its health cannot be read', () => elb.on(DescribeTargetHealthCommand).rejects(elbError('Throttling'))],
  ])('T07: the machine goes away when %s', async (_what, breakIt) => {
    breakIt();
    await expect(run().result).rejects.toThrow();
    expect(terminated()).toEqual(['i-0']);
  });

  test('T01 T08: fails in bounded time, with the state of the health check and the end of the console', async () => {
    health('unhealthy');
    const { result, clock } = run();
    await expect(result).rejects.toMatchObject({
      name: 'SmokeTestFailed',
      message: expect.stringMatching(/kiln: booted/),
    });
    expect(clock.waited()).toBeGreaterThanOrEqual(image.startSeconds * 1000);
    expect(clock.waited()).toBeLessThan(image.startSeconds * 1000 + 20_000);
    expect(terminated()).toEqual(['i-0']);
  });

  test('T02: fails at once when the machine ended by itself', async () => {
    health('initial');
    machines['i-0'] = {
      State: { Name: 'terminated' },
      StateReason: { Code: 'Client.InstanceInitiatedShutdown' },
    };
    const { result, clock } = run();
    await expect(result).rejects.toMatchObject({ name: 'SmokeTestFailed' });
    expect(clock.waited()).toBeLessThan(10_000);
  });

  test('T04: fails when an own request is answered otherwise', async () => {
    answers['/hello'] = 500;
    await expect(run().result).rejects.toMatchObject({
      name: 'SmokeTestFailed',
      message: expect.stringContaining('GET /hello answered 500, expected 201'),
    });
    expect(terminated()).toEqual(['i-0']);
  });

  test('T05: tries another zone when one has no room', async () => {
    ec2
      .on(RunInstancesCommand)
      .rejectsOnce(ec2Error('InsufficientInstanceCapacity'))
      .resolves({ Instances: [{ InstanceId: 'i-1' }] });
    await run().result;
    const subnets = ec2.commandCalls(RunInstancesCommand).map((call) => call.args[0].input.SubnetId);
    expect(subnets).toEqual(['subnet-a', 'subnet-b']);
  });

  test('T05: a machine that EC2 lost says nothing about the image', async () => {
    machines['i-0'] = { State: { Name: 'terminated' }, StateReason: { Code: 'Server.InternalError' } };
    expect(await run().result).toMatchObject({ evidence: { instanceId: 'i-1' } });
    expect(terminated().toSorted()).toEqual(['i-0', 'i-1']);
  });

  test('T05: is inconclusive, not a failed test, when no zone has room', async () => {
    ec2.on(RunInstancesCommand).rejects(ec2Error('InsufficientInstanceCapacity'));
    await expect(run().result).rejects.toMatchObject({ name: 'MachineUnavailable' });
  });

  test('a repeated test does not take the machine that the attempt before it ended', async () => {
    machines['i-0'] = {
      State: { Name: 'terminated' },
      StateReason: { Code: 'Client.UserInitiatedShutdown' },
    };
    expect(await run().result).toMatchObject({ evidence: { instanceId: 'i-1' } });
  });

  test('a repeated test takes the machine that the attempt before it launched', async () => {
    tokens = [`smoke-${release.releaseId.slice(-16)}-0`];
    await run().result;
    expect(tokens).toHaveLength(1);
  });

  test('why the image failed is told even where the removal fails', async () => {
    answers['/hello'] = 500;
    elb.on(DeleteTargetGroupCommand).rejects(elbError('Throttling'));
    await expect(run().result).rejects.toMatchObject({ name: 'SmokeTestFailed' });
  });

  test('a passed test whose machine cannot be removed does not pass', async () => {
    ec2.on(TerminateInstancesCommand).rejects(ec2Error('UnauthorizedOperation'));
    const { result, documents } = run();
    await expect(result).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    expect(documents.all.has(releaseKey(release))).toBe(false);
  });

  test('removes the preview rule before the target group that it refers to', async () => {
    elb.on(DescribeRulesCommand).resolves({
      Rules: [
        {
          RuleArn: 'arn:rule',
          Priority: '1',
          Conditions: [
            {
              HttpHeaderConfig: { HttpHeaderName: 'X-Kiln-Preview', Values: [`${release.releaseId}.smoke`] },
            },
          ],
          Actions: [{ Type: 'forward', TargetGroupArn: 'arn:tg' }],
        },
      ],
    });
    elb.on(DeleteTargetGroupCommand).rejectsOnce(elbError('ResourceInUse')).resolves({});
    await run().result;
    const removed = elb
      .calls()
      .map((call) => call.args[0])
      .filter(
        (command) => command instanceof DeleteRuleCommand || command instanceof DeleteTargetGroupCommand,
      );
    expect(removed.map((command) => command.constructor.name)).toEqual([
      'DeleteRuleCommand',
      'DeleteTargetGroupCommand',
      'DeleteTargetGroupCommand',
    ]);
  });
});
