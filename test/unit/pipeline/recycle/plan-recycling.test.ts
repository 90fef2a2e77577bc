import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { DescribeInstancesCommandInput } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { launchReplacements } from '#pipeline/recycle/launch-replacements';
import { planRecyclingNow } from '#pipeline/recycle/plan-recycling';
import type { PlanRecyclingInput } from '#pipeline/recycle/plan-recycling';
import { readLaunchTimes } from '#pipeline/recycle/read-launch-times';
import { aDeployment, aLease } from '#test/helpers/pipeline-fixtures';
import { anOrder, GROUP, RECYCLER, recyclingWorld } from '#test/helpers/recycling-world';
import { runReplacement } from '#test/helpers/run-replacement';
import { ec2Error } from '#test/helpers/service-error';

let world: ReturnType<typeof recyclingWorld>;

const MINUTE = 60_000;

const plan = (input: PlanRecyclingInput = {}) => planRecyclingNow(input, world.deps);

/** Ids of the machines that the plan would retire. */
const retired = async (input?: PlanRecyclingInput): Promise<string[]> =>
  (await plan(input)).replacements.flatMap(({ retire }) => retire.map(({ instanceId }) => instanceId));

beforeEach(async () => {
  world = recyclingWorld();
  await world.clock.delay(61 * MINUTE);
});

describe('planRecyclingNow', () => {
  test('plans nothing while nothing is due', async () => {
    world = recyclingWorld();
    await world.clock.delay(40 * MINUTE);
    expect(await retired()).toEqual([]);
    expect(world.announced).toEqual([]);
  });

  test('plans what is due, with all that its execution needs', async () => {
    const { planId, replacements } = await plan();
    expect(planId).toBe('20260101T0101');
    expect(replacements).toMatchObject([
      {
        environment: 'dev',
        app: 'hello',
        groupName: GROUP,
        due: 4,
        total: 4,
        retire: [{ instanceId: expect.any(String) }],
      },
    ]);
    const [order] = replacements;
    if (order === undefined) return;
    expect(order.name.length).toBeLessThanOrEqual(80);
    expect(await runReplacement({ ...order, executionArn: RECYCLER }, world.deps)).toBeUndefined();
    expect(world.healthy()).toEqual(['i-5', 'i-6', 'i-7', 'i-8']);
  });

  test('Y03: a plan that runs twice names its executions alike, a later one for others differently', async () => {
    const [first] = (await plan()).replacements;
    const [second] = (await plan()).replacements;
    expect(second).toEqual(first);
    await world.clock.delay(MINUTE);
    expect((await plan()).replacements[0]?.name).not.toBe(first?.name);
  });

  test('Y03: a person’s request names its executions for itself: what failed in this minute keeps nothing from it', async () => {
    const [scheduled] = (await plan()).replacements;
    const [asked] = (await plan({ requestId: 'now-1' })).replacements;
    expect(asked?.retire).toEqual(scheduled?.retire);
    expect(asked?.name).not.toBe(scheduled?.name);
    expect((await plan({ requestId: 'now-2' })).replacements[0]?.name).not.toBe(asked?.name);
    await world.clock.delay(MINUTE);
    expect((await plan({ requestId: 'now-1' })).replacements[0]?.name).toBe(asked?.name);
    const longest = (await plan({ requestId: 'n'.repeat(40) })).replacements[0]?.name;
    expect(longest?.length).toBeLessThanOrEqual(80);
  });

  test('leaves an environment without a maximum uptime alone, unless somebody asks for all of it', async () => {
    world.configure({});
    expect(await retired()).toEqual([]);
    expect(world.calls).toEqual([]);
    const [order] = (await plan({ environment: 'dev', app: 'hello', all: true, requestedBy: 'ann' }))
      .replacements;
    expect(order).toMatchObject({ due: 4, requestedBy: 'ann', launchedBefore: world.clock.now().getTime() });
    expect(await retired({ app: 'other', all: true })).toEqual([]);
    expect(world.record()).not.toHaveProperty('recycling');
  });

  test('Y05: takes up what a dead execution left, with its machines, and leaves a living one alone', async () => {
    await launchReplacements(anOrder(['i-3'], world), world.deps);
    expect(await retired()).toEqual([]);
    expect(world.record()).not.toHaveProperty('recycling');
    world.executions.set(RECYCLER, 'ABORTED');
    expect(await retired()).toEqual(['i-3']);
  });

  test('Y07: says once why a group is passed over, and forgets it when it no longer is', async () => {
    world.group.max = 4;
    expect(await retired()).toEqual([]);
    await world.clock.delay(5 * MINUTE);
    await plan();
    expect(world.record().recycling).toMatchObject({
      groupName: GROUP,
      failures: 0,
      skipped: { reason: expect.stringContaining('maximum is 4'), at: '2026-01-01T01:01:00.000Z' },
    });
    expect(world.names()).toEqual(['recycling.skipped']);
    world.group.max = 5;
    const [order] = (await plan()).replacements;
    if (order === undefined) throw new Error('nothing is planned');
    await runReplacement({ ...order, executionArn: RECYCLER }, world.deps);
    expect(world.record()).not.toHaveProperty('recycling');
  });

  test('forgets why a group was passed over when nothing of it is due any more', async () => {
    world.group.max = 4;
    await plan();
    world.configure({ maximumUptimeMinutes: 600 });
    await plan();
    expect(world.record().recycling).not.toHaveProperty('skipped');
  });

  describe('Y11: a machine that stays though it is due', () => {
    const protect = (isProtected: boolean): void => {
      Object.assign(world.machines.get('i-1') ?? {}, { protected: isProtected });
    };
    const passedOver = () => world.record().passedOver;
    const entry = {
      instanceId: 'i-1',
      reason: 'is protected from scale-in',
      since: '2026-01-01T01:01:00.000Z',
    };
    const event = {
      environment: 'dev',
      app: 'hello',
      groupName: GROUP,
      due: 1,
      machines: ['i-1'],
      reason: "'i-1' is protected from scale-in",
    };

    beforeEach(() => protect(true));

    test('is told while others are replaced, once, and recorded until it stays no longer', async () => {
      for (let plans = 1; plans <= 3; plans += 1) {
        expect(await retired()).toHaveLength(1);
        await world.clock.delay(5 * MINUTE);
      }
      expect(world.announced).toEqual([['recycling.skipped', event]]);
      expect(passedOver()).toEqual([entry]);
      protect(false);
      await plan();
      expect(world.record()).not.toHaveProperty('passedOver');
      expect(world.announced).toHaveLength(1);
    });

    test('is told when no other is due, and is no reason to leave the group behind others', async () => {
      for (const id of ['i-2', 'i-3', 'i-4'])
        Object.assign(world.machines.get(id) ?? {}, { launchedAt: world.clock.now().getTime() });
      expect(await retired()).toEqual([]);
      expect(world.announced).toEqual([['recycling.skipped', event]]);
      expect(world.record().recycling?.skipped).toBeUndefined();
    });

    test('is told of anew for another reason, and beside another machine', async () => {
      await plan();
      await world.clock.delay(5 * MINUTE);
      Object.assign(world.machines.get('i-1') ?? {}, { state: 'Standby' });
      Object.assign(world.machines.get('i-2') ?? {}, { protected: true });
      world.group.desired = 3;
      await plan();
      expect(world.announced.slice(1)).toMatchObject([
        [
          'recycling.skipped',
          {
            due: 2,
            machines: ['i-1', 'i-2'],
            reason: "'i-1' is Standby, not InService; 'i-2' is protected from scale-in",
          },
        ],
      ]);
    });

    test('is not told anew after the group was left alone for another reason in between', async () => {
      await plan();
      world.group.max = 4;
      await plan();
      expect(passedOver()).toEqual([entry]);
      world.group.max = 100;
      await plan();
      expect(world.names()).toEqual(['recycling.skipped', 'recycling.skipped']);
      expect(world.announced[1]?.[1]).toMatchObject({ reason: expect.stringContaining('no room') });
    });

    test('is not told while the whole group is left alone for another reason', async () => {
      world.group.max = 4;
      await plan();
      expect(world.record()).not.toHaveProperty('passedOver');
    });

    test('is told when it is not due but a person asked for everything, and then forgotten by the schedule', async () => {
      world.configure({});
      expect(await retired({ all: true })).toHaveLength(1);
      expect(world.announced).toEqual([['recycling.skipped', event]]);
      expect(passedOver()).toEqual([entry]);
      await plan();
      expect(world.record()).not.toHaveProperty('passedOver');
      expect(world.announced).toHaveLength(1);
    });

    test('is forgotten where machines may now grow as old as they like', async () => {
      await plan();
      world.configure({});
      await plan();
      expect(world.record()).not.toHaveProperty('passedOver');
    });
  });

  test('Y04: passes over a group that a rollout changes, and one that is blocked', async () => {
    world.executions.set('arn:execution/2', 'RUNNING');
    world.setRecord({ lease: aLease(2) });
    expect(await retired()).toEqual([]);
    expect(world.record().recycling?.skipped?.reason).toContain('busy with the rollout of');
    world.executions.set('arn:execution/2', 'ABORTED');
    expect(await retired()).toHaveLength(1);
    world.setRecord({
      recycling: { groupName: GROUP, failures: 3, blockedSince: 'x', lastFailure: 'never healthy' },
    });
    expect(await retired()).toEqual([]);
    expect(world.record().recycling?.skipped?.reason).toContain('never healthy');
    expect(world.record().recycling?.blockedSince).toBe('x');
  });

  test('Y09: does nothing when too much is overdue at once, says so once, and does it when asked to', async () => {
    await world.clock.delay(24 * 60 * MINUTE);
    expect(await retired()).toEqual([]);
    await world.clock.delay(5 * MINUTE);
    await plan();
    expect(world.names()).toEqual(['recycling.held']);
    expect(world.documents.all.get('kiln/budgets/dev.json')).toMatchObject({
      held: { reason: expect.stringContaining('wrong clock') },
    });
    // Who lets one run go on ends no hold: the next plan of the schedule would only say it again.
    expect(await retired({ evenIfOverdue: true })).toHaveLength(1);
    expect(world.names()).toEqual(['recycling.held']);
    expect(world.documents.all.get('kiln/budgets/dev.json')).toHaveProperty('held');
  });

  test('an alarm holds the environment', async () => {
    const disruption = { machines: 1, percent: 10, alarms: ['pager'], overduePercent: 50 };
    world.configure({ maximumUptimeMinutes: 60, disruption });
    world.alarms.set('pager', 'ALARM');
    expect(await retired()).toEqual([]);
    expect(world.announced).toEqual([
      ['recycling.held', { environment: 'dev', reason: "alarm 'pager' is on" }],
    ]);
  });

  test('the end of a hold is announced, once, with what it was for', async () => {
    const disruption = { machines: 1, percent: 10, alarms: ['pager'], overduePercent: 50 };
    world.configure({ maximumUptimeMinutes: 60, disruption });
    world.alarms.set('pager', 'ALARM');
    await plan();
    world.alarms.set('pager', 'OK');
    await world.clock.delay(5 * MINUTE);
    for (let plans = 1; plans <= 2; plans += 1) expect(await retired()).toHaveLength(1);
    expect(world.announced.slice(1)).toEqual([
      [
        'recycling.resumed',
        { environment: 'dev', reason: "alarm 'pager' is on", heldSince: '2026-01-01T01:01:00.000Z' },
      ],
    ]);
    expect(world.documents.all.get('kiln/budgets/dev.json')).not.toHaveProperty('held');
  });

  test('a hold ends where machines may now grow as old as they like', async () => {
    await world.clock.delay(24 * 60 * MINUTE);
    await plan();
    world.configure({});
    await plan();
    expect(world.names()).toEqual(['recycling.held', 'recycling.resumed']);
  });

  test('what keeps only a person’s request for everything from being done is not told to everybody', async () => {
    const disruption = { machines: 1, percent: 10, alarms: ['pager'], overduePercent: 50 };
    world.configure({ disruption });
    world.alarms.set('pager', 'ALARM');
    expect(await retired({ all: true })).toEqual([]);
    expect(world.announced).toEqual([]);
  });
});

describe('machines that are due and not replaced', () => {
  const told = async (): Promise<number> => {
    world.calls.length = 0;
    await plan();
    return world.calls.filter((name) => name === 'CreateTags').length;
  };
  const block = (): void =>
    world.setRecord({
      recycling: { groupName: GROUP, failures: 3, blockedSince: 'x', lastFailure: 'never healthy' },
    });

  // They may be an hour old and have half an hour's grace: their own timers end them after 90 minutes at the earliest.
  beforeEach(() => world.clock.delay(15 * MINUTE));

  test('Y02: those of a blocked group are told to go on, all in one call, and again before that ends', async () => {
    block();
    expect(await told()).toBe(1);
    expect(world.kept).toEqual(new Map(['i-1', 'i-2', 'i-3', 'i-4'].map((id) => [id, '6600'])));
    await world.clock.delay(10 * MINUTE);
    expect(await told()).toBe(0);
    await world.clock.delay(10 * MINUTE);
    expect(await told()).toBe(1);
    expect(world.kept.get('i-1')).toBe('7800');
  });

  test('those of an environment that an alarm holds are told', async () => {
    const disruption = { machines: 1, percent: 10, alarms: ['pager'], overduePercent: 50 };
    world.configure({ maximumUptimeMinutes: 60, disruption });
    world.alarms.set('pager', 'ALARM');
    expect(await told()).toBe(1);
    expect(world.kept.size).toBe(4);
  });

  test('one that is replaced now is not told, those that wait for it are', async () => {
    const ids = await retired();
    expect(ids).toHaveLength(1);
    expect([...world.kept.keys(), ...ids].toSorted()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
  });

  test('one whose replacement came to nothing before is told: it may again', async () => {
    const recycling = { groupName: GROUP, failures: 0, skipped: { reason: 'no capacity', at: '' } };
    world.setRecord({ recycling });
    expect(await retired()).toHaveLength(1);
    expect([...world.kept.keys()].toSorted()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
  });

  test('Y08: a reason stays while the group waits for its turn, and puts it behind the others', async () => {
    const recycling = { groupName: GROUP, failures: 0, skipped: { reason: 'no capacity', at: '' } };
    world.setRecord({ recycling });
    const disruption = { kind: 'chaos', app: 'x', machines: 1, executionArn: RECYCLER, since: '' };
    world.documents.all.set('kiln/budgets/dev.json', { environment: 'dev', disruptions: [disruption] });
    expect(await retired()).toEqual([]);
    expect(world.record().recycling).toEqual(recycling);
    expect(world.announced).toEqual([]);
  });

  test('those whose own timers are of an earlier maximum uptime are told, though they may now grow as old as they like', async () => {
    world.configure({});
    expect(await told()).toBe(0);
    world.setRecord({ current: aDeployment(1, { deadManSeconds: 90 * 60 }) });
    expect(await told()).toBe(1);
    expect(world.kept.size).toBe(4);
  });

  test('nobody is told while the timers are far off', async () => {
    world = recyclingWorld();
    await world.clock.delay(61 * MINUTE);
    block();
    expect(await told()).toBe(0);
  });

  test('what an alarm held for hours is replaced when it is off; a clock that jumps opens the circuit breaker for good', async () => {
    const disruption = { machines: 1, percent: 10, alarms: ['pager'], overduePercent: 50 };
    world.configure({ maximumUptimeMinutes: 60, disruption });
    world.alarms.set('pager', 'ALARM');
    for (let minutes = 0; minutes < 180; minutes += 5) {
      expect(await retired()).toEqual([]);
      await world.clock.delay(5 * MINUTE);
    }
    world.alarms.set('pager', 'OK');
    expect(await retired()).toHaveLength(1);
    await world.clock.delay(24 * 60 * MINUTE);
    for (let plans = 0; plans < 3; plans += 1) {
      expect(await retired()).toEqual([]);
      await world.clock.delay(5 * MINUTE);
    }
  });

  test('Y09: what the circuit breaker holds outlives its timers, and the circuit breaker stays open', async () => {
    // The control plane was away, and comes back when all are past maximum uptime and grace.
    await world.clock.delay(20 * MINUTE);
    for (let minutes = 0; minutes < 180; minutes += 5) {
      expect(await retired()).toEqual([]);
      const uptime = (world.clock.now().getTime() - Date.parse('2026-01-01')) / 1000;
      for (const id of ['i-1', 'i-2', 'i-3', 'i-4']) {
        expect(Number(world.kept.get(id))).toBeGreaterThan(uptime + 600);
        expect(Number(world.kept.get(id))).toBeLessThanOrEqual(uptime + 2400);
        expect(world.keptInDoubt.get(id)).toBe(world.kept.get(id));
      }
      await world.clock.delay(5 * MINUTE);
    }
    expect(world.names()).toEqual(['recycling.held']);
    expect(await retired({ evenIfOverdue: true })).toHaveLength(1);
  });

  test('that EC2 refuses it keeps nobody from being replaced', async () => {
    world.afterCall = (name) => {
      if (name === 'CreateTags') throw ec2Error('UnauthorizedOperation');
    };
    expect(await retired()).toHaveLength(1);
  });
});

describe('readLaunchTimes', () => {
  const ec2 = mockClient(EC2Client);
  const client = new EC2Client({ region: 'r' });
  const page = (ids: readonly string[], NextToken?: string) => ({
    Reservations: [{ Instances: ids.map((InstanceId) => ({ InstanceId, LaunchTime: new Date(0) })) }],
    ...(NextToken === undefined ? {} : { NextToken }),
  });

  test('2.5: asks once a thousand machines, for those of the stack alone', async () => {
    ec2.reset();
    const pages = Array.from({ length: 100 }, (_, index) =>
      page(
        Array.from({ length: 1000 }, (_each, machine) => `i-${index * 1000 + machine}`),
        index < 99 ? String(index + 1) : undefined,
      ),
    );
    ec2
      .on(DescribeInstancesCommand)
      .callsFake(({ NextToken = '0' }: DescribeInstancesCommandInput) => pages[Number(NextToken)]);
    expect((await readLaunchTimes({ stack: 'kiln' }, client)).size).toBe(100_000);
    expect(ec2.calls()).toHaveLength(100);
    expect(ec2.call(0).args[0].input).toMatchObject({
      MaxResults: 1000,
      Filters: expect.arrayContaining([{ Name: 'tag:kiln:stack', Values: ['kiln'] }]),
    });
  });

  test('Y12: begins anew when a page has expired, and has each machine once', async () => {
    ec2.reset();
    ec2
      .on(DescribeInstancesCommand)
      .resolvesOnce(page(['i-1', 'i-2'], 'x'))
      .rejectsOnce(ec2Error('InvalidNextToken'))
      .resolvesOnce(page(['i-1', 'i-2'], 'y'))
      .resolvesOnce(page(['i-2', 'i-3']));
    expect([...(await readLaunchTimes({ stack: 'kiln' }, client)).keys()]).toEqual(['i-1', 'i-2', 'i-3']);
  });

  test('Y12: gives up after three times, and at once for another error', async () => {
    ec2.reset();
    ec2.on(DescribeInstancesCommand).rejects(ec2Error('InvalidNextToken'));
    await expect(readLaunchTimes({ stack: 'kiln' }, client)).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
    expect(ec2.calls()).toHaveLength(3);
    ec2.reset();
    ec2.on(DescribeInstancesCommand).rejects(ec2Error('UnauthorizedOperation'));
    await expect(readLaunchTimes({ stack: 'kiln' }, client)).rejects.toThrow();
    expect(ec2.calls()).toHaveLength(1);
  });
});
