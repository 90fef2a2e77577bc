import type { EnvironmentRecord } from '#pipeline/model';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { clearOutage, setOutage } from '#pipeline/disruption/outage';
import type { Group, Machine } from './aws/account.ts';
import { NATURE, servingMachines } from './aws/account.ts';
import { setDesired } from './aws/group-calls.ts';
import { drain, register } from './aws/machine-life.ts';
import { startKill } from './flows/chaos.ts';
import { invoke } from './invoke.ts';
import { forAWhile, nowAndThen } from './now-and-then.ts';
import type { Chance } from './now-and-then.ts';
import type { SimulatedEnvironment } from './simulated-environments.ts';
import { count, inBackground } from './world.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What people want each app's capacity to be, by environment and app: what recycling and chaos must leave alone. */
export type WantedCapacity = Map<string, number>;

interface Operators extends Chance {
  readonly world: World;
  readonly fleet: readonly SimulatedEnvironment[];
  readonly wanted: WantedCapacity;
}

/** The group that serves a random app, while nothing of Kiln's is under way there. */
const quietGroup = ({ world, fleet, random }: Operators): Group | undefined => {
  const { environment, apps } = random.pick(fleet);
  const record = world.documents.get(environmentKey(environment.name, random.pick(apps))) as
    EnvironmentRecord | undefined;
  if (record?.current === undefined || record.lease !== undefined) return undefined;
  if (record.replacement !== undefined || record.waiting !== undefined) return undefined;
  return world.account.groups.get(record.current.groupName);
};

const keyOf = ({ environment, app }: Group): string => `${environment}/${app}`;

const resize = ({ world, wanted }: Operators, group: Group, by: number): void => {
  setDesired(world.account, group, group.desired + by, NATURE);
  wanted.set(keyOf(group), group.desired);
};

const changeCapacities = (operators: Operators): void => {
  nowAndThen(operators, DAY, () => {
    const group = quietGroup(operators);
    const by = operators.random.pick([-1, 1]);
    // Where nothing is left above the capacity, nothing can be recycled: that is rare.
    const room = operators.random.chance(0.1) ? 0 : 1;
    if (group === undefined || group.desired + by < Math.max(2, group.min)) return;
    if (group.desired + by > group.max - room) return;
    count(operators.world, 'capacities changed');
    resize(operators, group, by);
  });
};

const protectMachines = (operators: Operators): void => {
  forAWhile(operators, { every: DAY, lasts: 5 * HOUR }, () => {
    const group = quietGroup(operators);
    const machines = group === undefined ? [] : servingMachines(group);
    if (machines.length === 0) return undefined;
    const machine = operators.random.pick(machines);
    count(operators.world, 'machines protected');
    machine.isProtected = true;
    return () => {
      machine.isProtected = false;
    };
  });
};

const leaveStandby = (operators: Operators, machine: Machine): void => {
  const { group } = machine;
  const { world, wanted } = operators;
  const isThere = world.account.groups.has(group.name) && machine.lifecycle === 'Standby';
  const key = environmentKey(group.environment, group.app);
  const { current } = (world.documents.get(key) ?? {}) as Partial<EnvironmentRecord>;
  // Nobody brings it back to machines that no longer serve.
  if (!isThere || group.deleting || current?.groupName !== group.name) return;
  // Nobody adds a machine while there is one more than usual already.
  if (group.desired !== wanted.get(keyOf(group))) {
    world.timeline.after(5 * MINUTE, () => {
      leaveStandby(operators, machine);
    });
    return;
  }
  machine.lifecycle = 'InService';
  if (group.desired >= group.max) group.max = group.desired + 1;
  resize(operators, group, 1);
  register(world.account, machine);
};

/** Somebody takes a machine aside, which lowers the capacity for as long. */
const takeAside = (operators: Operators): void => {
  const { world } = operators;
  forAWhile(operators, { every: 2 * DAY, lasts: 3 * HOUR }, () => {
    const group = quietGroup(operators);
    const machines = group === undefined ? [] : servingMachines(group);
    if (group === undefined || machines.length < 2 || group.desired - 1 < group.min) return undefined;
    const machine = operators.random.pick(machines);
    count(world, 'machines taken aside');
    machine.lifecycle = 'Standby';
    resize(operators, group, -1);
    drain(world.account, machine, NATURE);
    return () => {
      leaveStandby(operators, machine);
    };
  });
};

const raiseAlarms = ({ world, ...chance }: Operators): void => {
  const { account, history, environments } = world;
  forAWhile(chance, { every: DAY, lasts: 1.5 * HOUR }, () => {
    const { name: environment } = chance.random.pick(environments);
    const alarm = `${environment}-alarm`;
    if (account.alarms.get(alarm) === 'ALARM') return undefined;
    const hold = { fact: 'hold', environment, reason: alarm } as const;
    count(world, 'alarms');
    account.alarms.set(alarm, 'ALARM');
    history.state('world', { ...hold, on: true });
    return () => {
      account.alarms.set(alarm, 'OK');
      history.state('world', { ...hold, on: false });
    };
  });
};

const declareOutages = ({ world, ...chance }: Operators): void => {
  forAWhile(chance, { every: 8 * DAY, lasts: 2 * HOUR }, () => {
    const { name } = chance.random.pick(world.environments);
    count(world, 'outages');
    inBackground(
      world,
      invoke(world, { cause: 'external' }, (deps) => setOutage(name, { by: 'ann', reason: 'tests' }, deps)),
    );
    return () => {
      inBackground(
        world,
        invoke(world, { cause: 'external' }, (deps) => clearOutage(name, deps)),
      );
    };
  });
};

const holdDrills = ({ world, fleet, ...chance }: Operators): void => {
  nowAndThen(chance, 3 * DAY, () => {
    const { environment, apps } = chance.random.pick(fleet);
    const app = chance.random.pick(apps);
    const request = { app, environment: environment.name, trigger: 'drill', by: 'ann' } as const;
    const whole = chance.random.chance(0.3) ? ({ zone: 'a', machines: 'zone' } as const) : {};
    startKill(world, `drill-${world.timeline.now()}`, { ...request, ...whole });
  });
};

const stopExecutions = ({ world, ...chance }: Operators): void => {
  nowAndThen(chance, 3 * HOUR, () => {
    const { executions } = world;
    const stoppable = [...executions.running].filter(({ machine }) => machine !== 'retirement');
    if (stoppable.length === 0) return;
    const execution = chance.random.pick(stoppable);
    count(world, `${execution.machine} executions stopped`);
    executions.end(execution, 'ABORTED');
  });
};

const skewPlanner = ({ world, ...chance }: Operators): void => {
  forAWhile(chance, { every: 6 * DAY, lasts: 40 * MINUTE }, () => {
    count(world, 'clock jumps');
    world.faults.plannerSkew = chance.random.pick([-DAY, -HOUR, HOUR, DAY, 20 * DAY]);
    return () => {
      world.faults.plannerSkew = 0;
    };
  });
};

/** People change capacities, protect machines, raise alarms, hold drills and stop executions, all by chance. */
export const letOperatorsWork = (
  world: World & { readonly fleet: readonly SimulatedEnvironment[] },
  wanted: WantedCapacity,
  endsAt: number,
): void => {
  const { timeline, fleet } = world;
  const operators = { world, fleet, wanted, timeline, random: world.random.fork('operators'), endsAt };
  changeCapacities(operators);
  protectMachines(operators);
  takeAside(operators);
  raiseAlarms(operators);
  declareOutages(operators);
  holdDrills(operators);
  stopExecutions(operators);
  skewPlanner(operators);
};
