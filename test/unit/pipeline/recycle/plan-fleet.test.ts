import { describe, expect, test } from '@jest/globals';
import type { FleetGroup, FleetMachine, RecyclingPlan } from '#pipeline/recycle/fleet';
import { planRecycling } from '#pipeline/recycle/plan-fleet';
import { aFleetGroup, aFleetMachine, aRecyclingPolicy, HOUR, NOW } from '#test/helpers/fleet-fixtures';

const policy = aRecyclingPolicy();
const plan = (
  fleet: readonly FleetGroup[],
  { policies = [policy], now = NOW, seed = 'kiln', ...options }: Partial<PlanArguments> = {},
): RecyclingPlan => planRecycling(fleet, policies, now, seed, options);
interface PlanArguments extends NonNullable<Parameters<typeof planRecycling>[4]> {
  readonly policies: Parameters<typeof planRecycling>[1];
  readonly now: number;
  readonly seed: string;
}

// Machines by their ages in hours: one of 24 or more is due, one of 19 or less is not, and 5 hours between two put them
// in the order of their ages whatever their jitter.
const machinesAged = (hours: readonly number[], from = 0): readonly FleetMachine[] =>
  hours.map((age, index) => aFleetMachine(from + index, { launchedAt: NOW - age * HOUR }));
const groupAged = (hours: readonly number[], overrides: Partial<FleetGroup> = {}): FleetGroup =>
  aFleetGroup({ machines: machinesAged(hours), ...overrides });
const retired = ({ replacements }: RecyclingPlan): readonly string[] =>
  replacements.flatMap(({ retire }) => retire.map(({ instanceId }) => instanceId));

describe('planRecycling', () => {
  test('replaces what is due, in its zone, and says how many are', () => {
    const { replacements, skipped, held } = plan([groupAged([1, 24.1, 24.2, 2])]);
    expect(replacements).toEqual([
      {
        environment: 'prod',
        app: 'shop',
        groupName: 'prod-shop',
        retire: [{ instanceId: aFleetMachine(2).instanceId, zone: 'c' }],
        otherwise: [{ instanceId: aFleetMachine(1).instanceId, zone: 'b' }],
        due: 2,
        capacity: 4,
      },
    ]);
    expect(skipped).toEqual([]);
    expect(held).toEqual([]);
  });

  test('nothing is due: nothing is planned, and the plan says when something will be', () => {
    const { replacements, skipped, nextDueAt } = plan([groupAged([1, 2, 3, 19])]);
    expect(replacements).toEqual([]);
    expect(skipped).toEqual([]);
    const at = Date.parse(nextDueAt ?? '');
    expect(at).toBeGreaterThan(NOW + 0.2 * HOUR);
    expect(at).toBeLessThanOrEqual(NOW + 5 * HOUR);
    expect(retired(plan([groupAged([1, 2, 3, 19])], { now: at - 1 }))).toEqual([]);
    expect(retired(plan([groupAged([1, 2, 3, 19])], { now: at }))).toEqual([aFleetMachine(3).instanceId]);
  });

  test('an empty fleet has an empty plan', () => {
    const { replacements, turnOver, nextDueAt } = plan([]);
    expect(replacements).toEqual([]);
    expect(nextDueAt).toBeUndefined();
    expect(turnOver).toEqual([
      { environment: 'prod', machines: 0, seconds: 0, maximumUptimeSeconds: 86_400, possible: true },
    ]);
  });

  test('where age is no reason, or nobody configured the environment, nothing is due', () => {
    const { maximumUptimeSeconds: _, ...ageless } = policy;
    expect(retired(plan([groupAged([900, 900])], { policies: [ageless] }))).toEqual([]);
    expect(retired(plan([groupAged([900, 900])], { policies: [] }))).toEqual([]);
  });

  test('the group that has had a machine due for longest goes first when the budget is for one', () => {
    const fleet = [
      groupAged([24.1, 1, 1], { groupName: 'late' }),
      aFleetGroup({ machines: machinesAged([30, 1, 1], 10), groupName: 'later' }),
    ];
    const { replacements, skipped } = plan(fleet);
    expect(replacements.map(({ groupName }) => groupName)).toEqual(['later']);
    expect(skipped).toEqual([
      {
        environment: 'prod',
        app: 'shop',
        groupName: 'late',
        due: 1,
        reason: "the budget of 'prod' is spent: at most 1 machines out of service at once",
        waits: true,
      },
    ]);
  });

  test('Y08: a group for which it came to nothing before holds up no other, and has its turn when none is due', () => {
    const failed = groupAged([30, 1, 1], { groupName: 'failed', triedInVainAt: 1 });
    const other = aFleetGroup({ machines: machinesAged([24.1, 1, 1], 10), groupName: 'other' });
    const planned = (fleet: readonly FleetGroup[]) =>
      plan(fleet).replacements.map(({ groupName }) => groupName);
    expect(planned([failed, other])).toEqual(['other']);
    expect(planned([failed])).toEqual(['failed']);
  });

  test('Y08: of groups for which it came to nothing, the one whose last try is longest ago goes first', () => {
    const groups = [3, 1, 2].map((triedInVainAt) =>
      aFleetGroup({
        machines: machinesAged([24 + triedInVainAt, 1, 1], 10 * triedInVainAt),
        groupName: `tried-${triedInVainAt}`,
        triedInVainAt,
      }),
    );
    expect(plan(groups).replacements.map(({ groupName }) => groupName)).toEqual(['tried-1']);
  });

  test('of one zone the machine that has been due longest goes first, wherever it is listed', () => {
    expect(retired(plan([groupAged([24.1, 1, 1, 30, 1, 1])]))).toEqual([aFleetMachine(3).instanceId]);
    expect(retired(plan([groupAged([30, 1, 1, 24.1, 1, 1])]))).toEqual([aFleetMachine(0).instanceId]);
  });

  test("what is out of service already counts against the environment's budget, not another's", () => {
    const other = aFleetGroup({
      environment: 'dev',
      groupName: 'dev-shop',
      machines: machinesAged([24.1, 1], 10),
    });
    const policies = [{ ...policy, disrupted: 1 }, aRecyclingPolicy({ environment: 'dev' })];
    expect(
      plan([groupAged([24.1, 1]), other], { policies }).replacements.map(({ groupName }) => groupName),
    ).toEqual(['dev-shop']);
  });

  test('an environment on hold has a reason and no replacement', () => {
    const held = plan([groupAged([24.1, 1])], { policies: [{ ...policy, hold: "alarm 'pager' is on" }] });
    expect(retired(held)).toEqual([]);
    expect(held.held).toEqual([{ environment: 'prod', reason: "alarm 'pager' is on" }]);
  });

  test('a hold is said only where something would be recycled, and holds what a person asks for too', () => {
    const { maximumUptimeSeconds: _, ...ageless } = { ...policy, hold: 'outage' };
    expect(plan([groupAged([24.1, 1])], { policies: [ageless] }).held).toEqual([]);
    const asked = plan([groupAged([24.1, 1])], { policies: [ageless], all: true });
    expect(asked.replacements).toEqual([]);
    expect(asked.held).toEqual([{ environment: 'prod', reason: 'outage' }]);
  });

  test('Y07: a group without room is skipped with what its maximum is', () => {
    const { replacements, skipped } = plan([groupAged([24.1], { max: 1 })]);
    expect(replacements).toEqual([]);
    expect(skipped).toMatchObject([{ due: 1, reason: expect.stringContaining('its maximum is 1') }]);
    expect(retired(plan([groupAged([24.1], { max: 2 })]))).toHaveLength(1);
  });

  test('Y07: room for one machine makes batches of one', () => {
    const ages = Array.from({ length: 40 }, () => 24.1);
    expect(retired(plan([groupAged(ages)]))).toHaveLength(4);
    expect(retired(plan([groupAged(ages, { max: 41 })]))).toHaveLength(1);
  });

  test('Y11: protected, standby and waiting machines are passed over; others of the group are not', () => {
    const machines = [
      ...machinesAged([24.1, 1, 1, 1]),
      aFleetMachine(4, { launchedAt: NOW - 24.2 * HOUR, protected: true }),
      aFleetMachine(5, { launchedAt: NOW - 24.3 * HOUR, state: 'Standby' }),
    ];
    const group = aFleetGroup({ machines, desired: 5 });
    const passedOver = [
      {
        environment: 'prod',
        app: 'shop',
        groupName: 'prod-shop',
        machines: [
          { instanceId: aFleetMachine(4).instanceId, reason: 'is protected from scale-in' },
          { instanceId: aFleetMachine(5).instanceId, reason: 'is Standby, not InService' },
        ],
      },
    ];
    expect(retired(plan([group]))).toEqual([aFleetMachine(0).instanceId]);
    expect(plan([group])).toMatchObject({ passedOver, skipped: [] });
    // Whatever else keeps the group, and where there is no other machine that is due.
    const none = plan([{ ...group, machines: machines.slice(1), desired: 4 }]);
    expect(none).toMatchObject({ passedOver, skipped: [], replacements: [] });
    expect(plan([{ ...group, max: 5 }])).toMatchObject({ passedOver, skipped: [{ due: 3 }] });
    expect(plan([group], { policies: [aRecyclingPolicy({ hold: 'outage' })] })).toMatchObject({ passedOver });
  });

  test('Y11: one that is not due yet, or goes anyway, is not passed over', () => {
    const machines = [
      aFleetMachine(1, { protected: true }),
      aFleetMachine(2, { launchedAt: NOW - 24.1 * HOUR, state: 'Terminating' }),
      aFleetMachine(3, { launchedAt: NOW - 24.1 * HOUR, state: 'Terminating:Proceed' }),
    ];
    expect(plan([aFleetGroup({ machines, desired: 1 })]).passedOver).toEqual([]);
    const waits = aFleetMachine(4, { launchedAt: NOW - 24.1 * HOUR, state: 'Terminating:Wait' });
    expect(plan([aFleetGroup({ machines: [waits], desired: 1 })]).passedOver).toMatchObject([
      { machines: [{ instanceId: waits.instanceId }] },
    ]);
  });

  test('Y12: a machine listed twice, or a group, is planned once', () => {
    const machines = machinesAged([24.1, 30]);
    const group = aFleetGroup({ machines: [...machines, ...machines], desired: 2 });
    const generous = aRecyclingPolicy({
      disruption: { machines: 100, percent: 50, alarms: [], overduePercent: 100 },
    });
    const { replacements } = plan([group, group], { policies: [generous] });
    expect(replacements).toMatchObject([{ due: 2, retire: [{ instanceId: aFleetMachine(1).instanceId }] }]);
  });

  test('Y12: a machine that EC2 did not show is never chosen, and said', () => {
    const { launchedAt: _, ...unknown } = aFleetMachine(0);
    const group = aFleetGroup({ machines: [unknown, aFleetMachine(1)] });
    expect(plan([group]).passedOver).toMatchObject([
      { machines: [{ reason: expect.stringContaining('EC2 does not show') }] },
    ]);
    expect(retired(plan([group], { all: true }))).toEqual([aFleetMachine(1).instanceId]);
  });
});

describe('Y09: clocks', () => {
  const young = [1, 2, 3, 4, 5, 6];

  test('a clock a week ahead finds everything overdue and holds', () => {
    const { replacements, held } = plan([groupAged(young)], { now: NOW + 7 * 24 * HOUR });
    expect(replacements).toEqual([]);
    expect(held).toMatchObject([{ environment: 'prod', reason: expect.stringContaining('wrong clock') }]);
  });

  test('a clock a day behind finds everything in the future and holds', () => {
    const { replacements, held } = plan([groupAged(young)], { now: NOW - 24 * HOUR });
    expect(replacements).toEqual([]);
    expect(held).toHaveLength(1);
  });

  test('whoever knows better goes on, within the budget', () => {
    const sure = plan([groupAged(young)], { now: NOW + 7 * 24 * HOUR, evenIfOverdue: true });
    expect(sure.held).toEqual([]);
    expect(retired(sure)).toHaveLength(1);
  });

  test('one machine with a launch time in the future is not due and stops nobody', () => {
    expect(retired(plan([groupAged([-100, 24.1, 1, 1])]))).toEqual([aFleetMachine(1).instanceId]);
  });
});

describe('what is asked for', () => {
  const { maximumUptimeSeconds: _, ...ageless } = policy;

  test('everything: whatever its age, the oldest first, without a maximum uptime too', () => {
    expect(retired(plan([groupAged([1, 18, 2])], { all: true }))).toEqual([aFleetMachine(1).instanceId]);
    const asked = plan([groupAged([1, 3, 2])], { all: true, policies: [ageless] });
    expect(asked.replacements).toMatchObject([{ due: 3, retire: [aFleetMachine(1)].map(keyOf) }]);
  });

  test('everything that was there when it was asked: replacements are left alone', () => {
    const options = { all: true, launchedBefore: NOW - 2.5 * HOUR, policies: [ageless] };
    expect(plan([groupAged([1, 3, 2])], options).replacements).toMatchObject([{ due: 1 }]);
    expect(plan([groupAged([1, 2, 2])], options).replacements).toEqual([]);
  });

  test('no more launches than the account has left', () => {
    const fleet = ['a', 'b', 'c'].map((app, index) =>
      aFleetGroup({ app, groupName: app, machines: machinesAged([24.1, 1], index * 10) }),
    );
    const generous = aRecyclingPolicy({
      disruption: { machines: 100, percent: 0, alarms: [], overduePercent: 50 },
    });
    const { replacements, skipped } = plan(fleet, { policies: [generous], launchBudget: 2 });
    expect(replacements).toHaveLength(2);
    expect(skipped).toMatchObject([
      { waits: true, reason: "the account's launch rate is spent until the next plan" },
    ]);
  });
});

describe('turn-over', () => {
  test('a maximum uptime that is shorter than a turn-over is refused with both figures', () => {
    const minutes = aRecyclingPolicy({ maximumUptimeSeconds: 240 });
    const { turnOver, held, replacements } = plan([groupAged([1, 1, 1, 1])], {
      policies: [minutes],
      evenIfOverdue: true,
    });
    expect(turnOver).toMatchObject([{ machines: 4, seconds: 280, possible: false }]);
    expect(held).toEqual([
      {
        environment: 'prod',
        reason: 'replacing its 4 machines once takes 5 min, but their maximum uptime is 4 min',
      },
    ]);
    expect(replacements).toEqual([]);
    const asked = plan([groupAged([1, 1, 1, 1])], { policies: [minutes], all: true });
    expect(asked.replacements).toHaveLength(1);
  });

  test("environments that together ask for more than the account's launch rate: the one that asks for most is refused", () => {
    const many = (environment: string, count: number, from: number): FleetGroup =>
      aFleetGroup({
        environment,
        groupName: environment,
        bootSeconds: 0,
        machines: Array.from({ length: count }, (_, index) => aFleetMachine(from + index)),
      });
    const policyOf = (environment: string): typeof policy =>
      aRecyclingPolicy({ environment, drainSeconds: 0, maximumUptimeSeconds: 3600 });
    const { turnOver, held } = plan([many('small', 2000, 0), many('large', 5000, 10_000)], {
      policies: [policyOf('small'), policyOf('large')],
    });
    expect(turnOver.map(({ environment, possible }) => [environment, possible])).toEqual([
      ['small', true],
      ['large', false],
    ]);
    expect(held).toMatchObject([
      { environment: 'large', reason: expect.stringContaining('launches per second') },
    ]);
  });
});

function keyOf({ instanceId, zone }: FleetMachine): { instanceId: string; zone: string } {
  return { instanceId, zone };
}
