import { createChaosDue, runChaos } from './flows/chaos.ts';
import { runRecycle } from './flows/recycle.ts';
import { createRecyclingDue } from './recycling-due.ts';
import type { Random } from './random.ts';
import type { SimulatedEnvironment } from './simulated-environments.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
/** Hours that the scheduler may miss at once. */
const LONGEST_GAP_HOURS = 3;

interface Schedule {
  readonly minutes: number;
  readonly endsAt: number;
  readonly onSilence?: (until: number) => void;
}

/** That nothing is planned may last longer than the grace of some environments. */
const excuseSilence = ({ account, excuses, timeline }: World, until: number): void => {
  const groups = [...account.groups.values()];
  for (const group of groups) excuses.set(group.name, group, 'scheduler', 'nothing was planned');
  timeline.at(until, () => {
    for (const group of groups) excuses.set(group.name, group, 'scheduler', undefined);
  });
};

/** A schedule that may fire twice, late or not at all; `isDue` says whether firing could have any effect. */
const startSchedule = (
  world: World,
  random: Random,
  { minutes, endsAt, onSilence }: Schedule,
  fire: (name: string) => void,
  isDue: () => boolean,
): void => {
  const { timeline } = world;
  let silentUntil = 0;
  const tick = (): void => {
    if (timeline.now() + minutes * MINUTE < endsAt) timeline.after(minutes * MINUTE, tick);
    if (random.chance(0.001)) {
      silentUntil = timeline.now() + random.whole(1, LONGEST_GAP_HOURS) * 60 * MINUTE;
      onSilence?.(silentUntil + minutes * MINUTE);
    }
    if (timeline.now() < silentUntil || random.chance(0.02) || !isDue()) return;
    fire(`${timeline.now()}`);
    if (random.chance(0.03)) timeline.after(random.whole(0, 2000), () => fire(`${timeline.now()}-again`));
  };
  timeline.after(minutes * MINUTE, tick);
};

/** The schedules of recycling and chaos. */
export const startSchedules = (
  world: World & { readonly fleet: readonly SimulatedEnvironment[] },
  endsAt: number,
): void => {
  const random = world.random.fork('schedules');
  startSchedule(
    world,
    random,
    {
      minutes: world.planMinutes,
      endsAt,
      onSilence: (until) => {
        excuseSilence(world, until);
      },
    },
    (name) => {
      runRecycle(world, name);
    },
    createRecyclingDue(world),
  );
  startSchedule(
    world,
    random,
    { minutes: 30, endsAt },
    (name) => {
      runChaos(world, name);
    },
    createChaosDue(world, world.fleet),
  );
};
