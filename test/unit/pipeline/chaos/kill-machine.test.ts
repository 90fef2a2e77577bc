import { describe, expect, test } from '@jest/globals';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { killMachine } from '#pipeline/chaos/kill-machine';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import { budgetKey } from '#pipeline/disruption/budget-record';
import { setOutage } from '#pipeline/disruption/outage';
import { ChaosRefusedError } from '#pipeline/disruption/errors';
import type { ChaosPolicy } from '#pipeline/environments/environment';
import { anEnvironment, aLease } from '#test/helpers/pipeline-fixtures';
import { anyTime, chaosWorld } from '#test/helpers/chaos-world';
import { ec2Error } from '#test/helpers/service-error';

const serving = (policy: Partial<ChaosPolicy> = {}, more: Parameters<typeof chaosWorld>[1] = {}) => {
  const world = chaosWorld(anyTime(policy), more);
  world.serve('hello', 4);
  return world;
};

/** The check that refused; everything is as it was. */
const refusedBy = async (
  world: ReturnType<typeof chaosWorld>,
  request: Parameters<typeof killMachine>[0],
): Promise<string> => {
  const refusal = await killMachine(request, world.deps).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect([world.terminated(), world.tagged(), world.names()]).toEqual([[], [], []]);
  if (!(refusal instanceof ChaosRefusedError)) throw refusal ?? new Error('it was not refused');
  return refusal.check;
};

describe('a kill', () => {
  test('is recorded before it is done, ends one machine suddenly and says so', async () => {
    const world = serving();
    const order: string[] = [];
    world.documents.onWrite = (key) => order.push(key);
    world.ec2Mock.on(TerminateInstancesCommand).callsFake((input: object) => {
      order.push('terminate');
      expect(input).toMatchObject({ SkipOsShutdown: true });
      return {};
    });
    const { kill } = await killMachine(world.scheduled(), world.deps);
    expect(order).toEqual([
      'kiln/environments/dev/hello.json',
      budgetKey('dev'),
      chaosKey('dev'),
      'terminate',
    ]);
    const [victim = ''] = world.terminated();
    expect(kill).toMatchObject({ killId: 'dev/hello/2026-02-02', instanceIds: [victim] });
    expect(world.terminated()).toHaveLength(1);
    expect(world.tagged()).toEqual([victim]);
    expect(world.chaos()?.kills).toMatchObject([
      { killId: kill.killId, instanceId: victim, kind: 'terminate', trigger: 'schedule' },
    ]);
    expect(world.record().lease).toMatchObject({ trigger: 'chaos', executionArn: 'arn:execution:kill-1' });
    expect(world.budget()?.disruptions).toMatchObject([{ kind: 'chaos', app: 'hello', machines: 1 }]);
    expect(world.names()).toEqual(['chaos.killed']);
  });

  test('is not done when it cannot be recorded, whichever document fails', async () => {
    for (const key of ['kiln/environments/dev/hello.json', budgetKey('dev'), chaosKey('dev')]) {
      const world = serving();
      world.documents.onWrite = (written) => {
        if (written === key) throw new Error(`no ${key}`);
      };
      await expect(killMachine(world.scheduled(), world.deps)).rejects.toThrow(`no ${key}`);
      expect([world.terminated(), world.tagged()]).toEqual([[], []]);
    }
  });

  test('that comes when its time is over is not done', async () => {
    const world = serving();
    const request = world.scheduled();
    world.advance(3_600_000);
    expect(await refusedBy(world, request)).toBe('due');
  });

  test.each([
    ['off', { enabled: false }, 'enabled'],
    ['on the leash', { leashed: true }, 'leashed'],
    ['left out', { exceptApps: ['hello'] }, 'app'],
  ])('C01 C02: is asked again at the last moment: %s', async (_what, policy, check) => {
    const world = serving(policy);
    expect(await refusedBy(world, world.scheduled())).toBe(check);
  });

  test('C02: during an outage it is refused first, and during a rollout too', async () => {
    const world = serving();
    const request = world.scheduled();
    world.executions.set('arn:execution/2', 'RUNNING');
    world.amend({ lease: aLease(2) });
    expect(await refusedBy(world, request)).toBe('app');
    await setOutage('dev', { by: 'ann', reason: 'slow' }, world.deps);
    expect(await refusedBy(world, request)).toBe('outage');
  });

  test('C02: a rollout that begins between the look and the lease is left alone', async () => {
    const world = serving();
    const request = world.scheduled();
    world.executions.set('arn:execution/2', 'RUNNING');
    world.documents.onWrite = (key) => {
      if (key !== 'kiln/environments/dev/hello.json' || world.record().lease !== undefined) return;
      world.amend({ lease: aLease(2) });
    };
    expect(await refusedBy(world, request)).toBe('app');
    expect(world.record().lease?.executionArn).toBe('arn:execution/2');
  });
});

describe('C03: two executions of one kill', () => {
  test('at once end one machine', async () => {
    const world = serving();
    const results = await Promise.allSettled([
      killMachine(world.scheduled('hello', 1), world.deps),
      killMachine(world.scheduled('hello', 2), world.deps),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(world.terminated()).toHaveLength(1);
    expect(world.chaos()?.kills).toHaveLength(1);
  });

  test('one after the other end one machine, even when the first has given everything back', async () => {
    const world = serving({ minimumGapHours: 0 });
    await killMachine(world.scheduled('hello', 1), world.deps);
    world.replace('hello');
    const { lease: _over, ...rest } = world.record();
    world.documents.all.set('kiln/environments/dev/hello.json', rest);
    world.documents.all.delete(budgetKey('dev'));
    const again = killMachine(world.scheduled('hello', 2), world.deps);
    await expect(again).rejects.toMatchObject({ name: 'ChaosRefused', check: 'recorded' });
    expect(world.terminated()).toHaveLength(1);
  });

  test('I13: the gap is kept in the very document that is written', async () => {
    const world = serving({ minimumGapHours: 24 });
    const request = world.scheduled();
    world.documents.onWrite = (key) => {
      if (key !== chaosKey('dev') || world.chaos() !== undefined) return;
      const at = world.deps.clock.now().toISOString();
      const kill = { killId: 'drill/x', app: 'hello', instanceId: 'i-9', at };
      world.documents.all.set(key, { environment: 'dev', updatedAt: '', kills: [kill] });
    };
    await expect(killMachine(request, world.deps)).rejects.toMatchObject({ check: 'gap' });
    expect(world.terminated()).toEqual([]);
  });

  test('an attempt that is repeated goes on with the machine that it wrote down', async () => {
    const world = serving();
    const request = world.scheduled();
    world.ec2Mock.on(TerminateInstancesCommand).rejectsOnce(new Error('connection reset')).resolves({});
    await expect(killMachine(request, world.deps)).rejects.toThrow('connection reset');
    const { kill } = await killMachine(request, world.deps);
    expect(new Set(world.terminated())).toEqual(new Set(kill.instanceIds));
    expect(world.chaos()?.kills).toHaveLength(1);
  });

  test('an attempt that is repeated after its reply was lost ends no second one', async () => {
    const world = serving();
    const request = world.scheduled();
    const first = await killMachine(request, world.deps);
    world.replace('hello');
    const second = await killMachine(request, world.deps);
    expect(second.kill).toEqual(first.kill);
    expect(world.terminated()).toHaveLength(1);
  });
});

describe('C04: a machine that was replaced meanwhile', () => {
  test('is left alone, and so is the one that took its place', async () => {
    const world = serving();
    const request = world.scheduled();
    world.documents.onWrite = (key) => {
      if (key === chaosKey('dev'))
        world.groupOf('hello').Instances = world
          .members('hello')
          .map((member) => ({ ...member, InstanceId: `${member.InstanceId}-new` }));
    };
    expect(await refusedBy(world, request)).toBe('gone');
    expect(world.chaos()?.kills).toMatchObject([{ missed: expect.any(String) }]);
  });

  test('or whose group was, too', async () => {
    const world = serving();
    const request = world.scheduled();
    world.documents.onWrite = (key) => {
      if (key !== chaosKey('dev')) return;
      const { current } = world.record();
      if (current !== undefined) world.amend({ current: { ...current, groupName: 'another' } });
    };
    expect(await refusedBy(world, request)).toBe('gone');
  });

  test('does not come back to life by being tried again', async () => {
    const world = serving();
    const request = world.scheduled();
    world.documents.onWrite = (key) => {
      if (key === chaosKey('dev'))
        world.sick.add('i-hello-0').add('i-hello-1').add('i-hello-2').add('i-hello-3');
    };
    expect(await refusedBy(world, request)).toBe('gone');
    world.sick.clear();
    expect(await refusedBy(world, request)).toBe('gone');
  });

  test('and that EC2 no longer knows is no error', async () => {
    const world = serving();
    world.ec2Mock.on(TerminateInstancesCommand).rejects(ec2Error('InvalidInstanceID.NotFound'));
    await expect(killMachine(world.scheduled(), world.deps)).resolves.toHaveProperty('kill');
  });
});

describe('a drill', () => {
  const leashed = (more: Parameters<typeof chaosWorld>[1] = {}) =>
    serving({ enabled: false, leashed: true, minimumGapHours: 1000 }, more);

  test('needs no policy, hours or gap', async () => {
    const world = leashed();
    const { kill } = await killMachine(world.drill(), world.deps);
    expect(kill).toMatchObject({ killId: 'drill/drill-1', trigger: 'drill' });
    expect(world.chaos()?.kills).toMatchObject([{ trigger: 'drill', by: 'ann' }]);
  });

  test('is refused during an outage, during a rollout, and for a group that is not whole', async () => {
    const world = leashed();
    world.sick.add('i-hello-0');
    expect(await refusedBy(world, world.drill())).toBe('app');
    world.executions.set('arn:execution/2', 'RUNNING');
    world.amend({ lease: aLease(2) });
    expect(await refusedBy(world, world.drill())).toBe('app');
    await setOutage('dev', { by: 'ann', reason: 'slow' }, world.deps);
    expect(await refusedBy(world, world.drill())).toBe('outage');
  });

  test('takes a machine of the zone that it is told', async () => {
    for (let n = 1; n <= 5; n += 1) {
      const world = leashed();
      await killMachine(world.drill({ zone: 'b' }, n), world.deps);
      expect(world.chaos()?.kills).toMatchObject([{ zone: 'eu-central-1b' }]);
    }
  });

  test('C06: takes all machines of a zone, if the budget has room for them', async () => {
    const disruption = { ...anEnvironment().disruption, percent: 50 };
    const world = leashed({ disruption });
    const { kill } = await killMachine(world.drill({ zone: 'a', machines: 'zone' }), world.deps);
    expect(kill.instanceIds.toSorted()).toEqual(['i-hello-0', 'i-hello-2']);
    expect(world.terminated().toSorted()).toEqual(['i-hello-0', 'i-hello-2']);
    expect(world.budget()?.disruptions).toMatchObject([{ machines: 2 }]);
  });

  test('C06: takes none when the budget has no room for all', async () => {
    const world = leashed();
    expect(await refusedBy(world, world.drill({ zone: 'a', machines: 'zone' }))).toBe('budget');
  });

  test('C06: takes no zone that has all of the machines', async () => {
    const world = leashed({ disruption: { ...anEnvironment().disruption, machines: 10 } });
    for (const member of world.members('hello')) member.AvailabilityZone = 'eu-central-1a';
    expect(await refusedBy(world, world.drill({ zone: 'a', machines: 'zone' }))).toBe('app');
  });

  test('says when there is no machine in the zone', async () => {
    const world = leashed();
    expect(await refusedBy(world, world.drill({ zone: 'z' }))).toBe('app');
  });
});
