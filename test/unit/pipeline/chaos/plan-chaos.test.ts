import { describe, expect, test } from '@jest/globals';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { planChaos } from '#pipeline/chaos/plan-chaos';
import { takeBudget } from '#pipeline/disruption/budget';
import { setOutage } from '#pipeline/disruption/outage';
import type { ChaosPolicy } from '#pipeline/environments/environment';
import { switchKey } from '#pipeline/environments/switched-off';
import { anEnvironment, aLease } from '#test/helpers/pipeline-fixtures';
import { anyTime, chaosWorld } from '#test/helpers/chaos-world';

/** An app of three machines whose kill is due. */
const due = (policy: Partial<ChaosPolicy> = {}, more: Parameters<typeof chaosWorld>[1] = {}) => {
  const world = chaosWorld(anyTime(policy), more);
  world.serve('hello', 3);
  world.goToKill();
  return world;
};

const skippedBy = async (world: ReturnType<typeof chaosWorld>): Promise<string[]> => {
  const plan = await planChaos(world.deps);
  expect([plan.kills, plan.leashed, world.terminated(), world.tagged()]).toEqual([[], [], [], []]);
  return plan.skipped.map(({ check }) => check);
};

describe('a plan', () => {
  test('starts the kill that is due, under a name that follows from the kill', async () => {
    const world = due();
    const { kills, skipped } = await planChaos(world.deps);
    expect(kills).toMatchObject([
      { environment: 'dev', app: 'hello', killId: 'dev/hello/2026-02-02', trigger: 'schedule' },
    ]);
    expect(kills[0]?.executionName).toMatch(/^hello-2026-02-02-[0-9a-f]{16}$/);
    expect(skipped).toEqual([]);
    world.advance(300_000);
    expect((await planChaos(world.deps)).kills).toEqual(kills);
    expect([world.terminated(), world.chaos()]).toEqual([[], undefined]);
  });

  test('has names of at most 80 characters for the longest app (AWS-FACTS 4.6)', async () => {
    const app = 'a'.repeat(40);
    const world = chaosWorld();
    world.serve(app, 2);
    world.goToKill(app);
    const { kills } = await planChaos(world.deps);
    expect(kills[0]?.executionName.length).toBeLessThanOrEqual(80);
  });

  test('asks nothing of AWS but what is in the documents when no kill is due', async () => {
    const world = chaosWorld(anyTime({ meanDays: 365 }));
    world.serve('hello', 3);
    world.groups.mock.rejects(new Error('asked'));
    expect(await planChaos(world.deps)).toEqual({ kills: [], leashed: [], skipped: [] });
  });

  test('off: nothing is planned, whatever the calendar says', async () => {
    expect(await skippedBy(due({ enabled: false }))).toEqual([]);
  });
});

describe('C01: on the leash', () => {
  test('nothing is ended or marked, and what would have been is said once for a kill', async () => {
    const world = due({ leashed: true });
    const first = await planChaos(world.deps);
    world.advance(300_000);
    const second = await planChaos(world.deps);
    expect(first.kills).toEqual([]);
    expect(first.leashed).toMatchObject([{ app: 'hello', killId: 'dev/hello/2026-02-02' }]);
    expect(second).toEqual({ kills: [], leashed: [], skipped: [] });
    expect(world.names()).toEqual(['chaos.leashed']);
    expect(world.news[0]?.[1]).toMatchObject({ instanceId: expect.stringMatching(/^i-hello-\d$/) });
    expect(world.ec2Mock.calls()).toEqual([]);
    expect([world.record().lease, world.budget(), world.chaos()?.kills]).toEqual([undefined, undefined, []]);
  });

  test('the checks are asked all the same', async () => {
    const world = due({ leashed: true });
    world.sick.add('i-hello-0');
    expect(await skippedBy(world)).toEqual(['app']);
    expect(world.names()).toEqual([]);
  });

  test('the minimum gap is kept as if it had killed', async () => {
    const world = due({ leashed: true, minimumGapHours: 36 });
    await planChaos(world.deps);
    world.goToKill('hello', '2026-02-03');
    expect(await skippedBy(world)).toEqual(['gap']);
  });
});

describe('C02: chaos passes over', () => {
  test('an environment with an alarm on, of the rollouts or of its own', async () => {
    const disruption = { ...anEnvironment().disruption, alarms: ['pager'] };
    const world = due({}, { disruption });
    world.alarms.set('pager', 'ALARM');
    expect(await skippedBy(world)).toEqual(['outage']);
    world.alarms.set('pager', 'OK');
    expect((await planChaos(world.deps)).kills).toHaveLength(1);
  });

  test('an environment of which nobody can tell whether there is an outage', async () => {
    const world = due({}, { disruption: { ...anEnvironment().disruption, alarms: ['pager'] } });
    mockClient(world.deps.cloudWatch).on(DescribeAlarmsCommand).rejects(new Error('throttled'));
    expect(await skippedBy(world)).toEqual(['outage']);
  });

  test('an environment in which somebody said that there is an outage', async () => {
    const world = due();
    await setOutage('dev', { by: 'ann', reason: 'the database is slow' }, world.deps);
    expect(await skippedBy(world)).toEqual(['outage']);
  });

  test('an environment that is switched off', async () => {
    const world = due();
    world.documents.all.set(switchKey('dev'), { environment: 'dev', to: 'off', by: 'ann', since: '' });
    expect(await skippedBy(world)).toEqual(['outage']);
  });

  test('an environment whose budget is spent', async () => {
    const world = due();
    world.executions.set('arn:recycling', 'RUNNING');
    await takeBudget(
      anEnvironment(),
      { kind: 'recycling', app: 'other', machines: 1, executionArn: 'arn:recycling', total: 3 },
      world.deps,
    );
    expect(await skippedBy(world)).toEqual(['budget']);
  });

  test('more apps than the budget has machines for', async () => {
    const world = chaosWorld(anyTime({ hours: { from: 9, until: 10 } }));
    for (const app of ['a', 'b', 'c', 'd']) world.serve(app, 2);
    world.setTime('2026-02-02T09:55:00Z');
    const { kills, skipped } = await planChaos(world.deps);
    expect(kills.map(({ app }) => app)).toEqual(['a']);
    expect(skipped.map(({ app, check }) => `${app} ${check}`)).toEqual(['b budget', 'c budget', 'd budget']);
  });

  test.each([
    ['a rollout', { lease: aLease(2) }],
    ['recycling', { lease: aLease(2, { trigger: 'recycling' }) }],
    ['a rollout that waits', { waiting: { ...aLease(2), droppedAt: '', key: '', releaseId: 'r' } }],
  ] as const)('an app during %s', async (_what, more) => {
    const world = due();
    world.amend(more);
    world.executions.set('arn:execution/2', 'RUNNING');
    expect(await skippedBy(world)).toEqual(['app']);
    world.executions.set('arn:execution/2', 'ABORTED');
    expect((await planChaos(world.deps)).kills).toHaveLength(1);
  });

  test.each([
    ['is not among those that take part', { apps: ['other'] }],
    ['is left out', { exceptApps: ['hello'] }],
  ])('an app that %s', async (_what, policy) => {
    expect(await skippedBy(due(policy))).toEqual(['app']);
  });

  test('an app with one machine', async () => {
    const world = chaosWorld();
    world.serve('hello', 1);
    world.goToKill();
    expect(await skippedBy(world)).toEqual(['app']);
  });

  test('an app with a machine that starts, drains or is unhealthy', async () => {
    for (const hurt of [
      { LifecycleState: 'Pending' as const },
      { LifecycleState: 'Terminating' as const },
      { HealthStatus: 'Unhealthy' },
    ]) {
      const world = due();
      Object.assign(world.members('hello')[1] ?? {}, hurt);
      expect(await skippedBy(world)).toEqual(['app']);
    }
  });

  test.each(['Launch', 'Terminate', 'HealthCheck', 'AddToLoadBalancer', 'ReplaceUnhealthy'])(
    'an app whose group would not make up for the loss: %s is suspended',
    async (ProcessName) => {
      const world = due();
      world.groupOf('hello').SuspendedProcesses = [{ ProcessName }];
      expect(await skippedBy(world)).toEqual(['app']);
    },
  );

  test('an app that has fewer machines than it wants', async () => {
    const world = due();
    world.groupOf('hello').DesiredCapacity = 4;
    expect(await skippedBy(world)).toEqual(['app']);
  });

  test('an app whose machines are all protected from scale-in', async () => {
    const world = due();
    for (const member of world.members('hello')) member.ProtectedFromScaleIn = true;
    expect(await skippedBy(world)).toEqual(['app']);
  });

  test('an app whose last kill is too near', async () => {
    const world = due({ minimumGapHours: 24 });
    const at = new Date(world.deps.clock.now().getTime() - 23 * 3_600_000).toISOString();
    const kill = { killId: 'x', app: 'hello', groupName: 'g', instanceId: 'i-1', zone: 'a', at };
    world.documents.all.set('kiln/chaos/dev.json', { environment: 'dev', updatedAt: '', kills: [kill] });
    expect(await skippedBy(world)).toEqual(['gap']);
  });
});
