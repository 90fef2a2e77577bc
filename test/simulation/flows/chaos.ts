import { dueKill, isInWindow, minuteOfKill } from '#pipeline/chaos/chaos-calendar';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import type { ChaosRecord } from '#pipeline/chaos/chaos-record';
import { giveUpRecovery } from '#pipeline/chaos/give-up-recovery';
import { killMachine } from '#pipeline/chaos/kill-machine';
import type { Kill } from '#pipeline/chaos/kill-machine';
import { localTime } from '#pipeline/chaos/local-time';
import type { KillRequest } from '#pipeline/chaos/may-kill';
import { planChaos } from '#pipeline/chaos/plan-chaos';
import type { PlannedKill } from '#pipeline/chaos/plan-chaos';
import { waitForRecovery } from '#pipeline/chaos/wait-for-recovery';
import { serves } from '../aws/account.ts';
import { lose } from '../aws/machine-life.ts';
import { invoke } from '../invoke.ts';
import type { Deps } from '../invoke.ts';
import type { SimulatedEnvironment } from '../simulated-environments.ts';
import { readStateMachine } from '../state-machine.ts';
import { walk } from '../walk.ts';
import { count, inBackground } from '../world.ts';
import type { World } from '../world.ts';

/** What a careless KillMachine would do. */
const killSomething = ({ account }: World, environment: string): void => {
  const victim = [...account.machines.values()].find(
    (machine) => serves(machine) && machine.group.environment === environment,
  );
  if (victim !== undefined) lose(account, victim, { name: 'chaos', cause: 'chaos' });
};

/** Starts the state machine `kill`; a second start of the same name is harmless. */
export const startKill = (world: World, name: string, request: Omit<KillRequest, 'executionArn'>): void => {
  const machine = readStateMachine('kill');
  const execution = world.executions.start('kill', name, machine.TimeoutSeconds);
  if (execution === undefined) return;
  const run = <T>(body: (deps: Deps) => Promise<T>): Promise<T> =>
    invoke(world, { execution, cause: 'chaos' }, body);
  const input = { ...request, executionArn: execution.arn };
  let kill: Kill | undefined;
  const tasks = {
    KillMachine: async () => {
      if (world.sabotage === 'kill-unrecorded') killSomething(world, request.environment);
      const done = await run((deps) => killMachine(input, deps));
      kill = done.kill;
    },
    WaitForRecovery: async () => {
      const found = kill;
      if (found === undefined) throw new Error('the simulation has no kill yet');
      const { outcome, seconds } = await run((deps) => waitForRecovery({ kill: found }, deps));
      count(world, `kills ${outcome}`);
      count(world, 'seconds to recover', seconds ?? 0);
    },
    GiveUpRecovery: async (caught: { error: string; cause: string } | undefined) => {
      const { error, cause } = caught ?? { error: 'Error', cause: '' };
      const given = await run((deps) => giveUpRecovery({ ...input, error, cause }, deps));
      count(world, given.killed ? 'kills without recovery' : `kills refused: ${given.reason}`);
    },
  };
  inBackground(world, walk(machine, execution, { tasks }, world));
};

/** Apps that have a kill on a date, and its minute; the same is asked again and again. */
const appsOfDate = (
  world: World,
  { environment, apps }: SimulatedEnvironment,
  date: string,
): ReadonlyMap<string, number> => {
  const { name, chaos } = environment;
  const known = world.chaosDates.get(`${name}/${date}`);
  if (known !== undefined) return known;
  const found = new Map<string, number>();
  for (const app of apps) {
    const minute = minuteOfKill({ seed: world.stack, environment: name, app }, date, chaos);
    if (minute !== undefined) found.set(app, minute);
  }
  world.chaosDates.set(`${name}/${date}`, found);
  return found;
};

/** Whether the calendar has a kill for any app now that is not done; asks nothing that costs. */
const isAnythingDue = (world: World, simulated: SimulatedEnvironment): boolean => {
  const { environment } = simulated;
  const { name, chaos } = environment;
  if (!chaos.enabled) return false;
  const now = localTime(new Date(world.timeline.now()), chaos.timeZone);
  if (!isInWindow(chaos, now)) return false;
  const { kills = [], leashed = [] } = (world.documents.get(chaosKey(name)) ?? {}) as Partial<ChaosRecord>;
  for (const [app, minute] of appsOfDate(world, simulated, now.date)) {
    if (now.minute < minute) continue;
    const due = dueKill({ seed: world.stack, environment: name, app }, now, chaos);
    const isIt = ({ killId }: { readonly killId: string }): boolean => killId === due;
    if (due !== undefined && !kills.some(isIt) && !leashed.some(isIt)) return true;
  }
  return false;
};

/** The state machine `chaos`, as the schedule starts it. */
export const runChaos = (world: World, name: string): void => {
  const machine = readStateMachine('chaos');
  const execution = world.executions.start('chaos', name, machine.TimeoutSeconds);
  if (execution === undefined) return;
  let kills: readonly PlannedKill[] = [];
  const tasks = {
    PlanChaos: async () => {
      const plan = await invoke(world, { execution, cause: 'chaos' }, (deps) => planChaos(deps));
      kills = plan.kills;
      for (const { check } of plan.skipped) count(world, `kills skipped: ${check}`);
      count(world, 'kills on the leash', plan.leashed.length);
    },
    StartKills: () => {
      for (const { executionName, ...kill } of kills) startKill(world, executionName, kill);
      return Promise.resolve();
    },
  };
  inBackground(world, walk(machine, execution, { tasks }, world));
};

/** Whether the schedule's next start could do anything at all. */
export const chaosIsDue = (world: World, fleet: readonly SimulatedEnvironment[]): boolean =>
  fleet.some((environment) => isAnythingDue(world, environment));
