import { dueKill, minuteOfKill } from '#pipeline/chaos/chaos-calendar';
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

const MINUTE = 60_000;
/** By how much the change to or from summer time may bring a minute of the day forward. */
const SUMMER_TIME_MINUTES = 60;

/** The minute of the day, the next one's first included, before which the calendar has no other kill for any app. */
const nextMinute = (minutes: Iterable<number>, now: number): number => {
  let next = 24 * 60;
  for (const minute of minutes) if (minute > now && minute < next) next = minute;
  return next;
};

/**
 * Whether the calendar has a kill for any app now that is not done. Asks nothing that costs, and not even for the local time
 * before the next one can be due.
 */
const createAnythingDue = (world: World, simulated: SimulatedEnvironment): (() => boolean) => {
  const { environment } = simulated;
  const { name, chaos } = environment;
  let quietUntil = chaos.enabled ? 0 : Infinity;
  return () => {
    if (world.timeline.now() < quietUntil) return false;
    const now = localTime(new Date(world.timeline.now()), chaos.timeZone);
    const apps = appsOfDate(world, simulated, now.date);
    const next = nextMinute(apps.values(), now.minute) - now.minute - SUMMER_TIME_MINUTES;
    const { kills = [], leashed = [] } = (world.documents.get(chaosKey(name)) ?? {}) as Partial<ChaosRecord>;
    let isQuiet = true;
    for (const [app, minute] of apps) {
      if (now.minute < minute) continue;
      const due = dueKill({ seed: world.stack, environment: name, app }, now, chaos);
      if (due === undefined) continue;
      isQuiet = false;
      const isIt = ({ killId }: { readonly killId: string }): boolean => killId === due;
      if (!kills.some(isIt) && !leashed.some(isIt)) return true;
    }
    if (isQuiet) quietUntil = world.timeline.now() + next * MINUTE;
    return false;
  };
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

/** Tells whether the schedule's next start could do anything at all. */
export const createChaosDue = (world: World, fleet: readonly SimulatedEnvironment[]): (() => boolean) => {
  const environments = fleet.map((environment) => createAnythingDue(world, environment));
  return () => environments.some((isAnythingDue) => isAnythingDue());
};
