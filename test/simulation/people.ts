import { dropRelease } from './drops.ts';
import type { World } from './world.ts';
import type { SimulatedEnvironment } from './simulated-environments.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** The first releases come one after the other, as a system is built up. */
const FIRST_DROPS_WITHIN = 6 * HOUR;
const MEAN_DAYS_BETWEEN_DROPS = 21;

/** Every app is dropped for the first time on the first day, and again now and then until `endsAt`. */
export const startDrops = (
  world: World & { readonly fleet: readonly SimulatedEnvironment[] },
  endsAt: number,
): void => {
  const { timeline, fleet } = world;
  const random = world.random.fork('drops');
  for (const { environment, apps } of fleet)
    for (const app of apps) {
      let isFirst = true;
      const drop = (): void => {
        if (timeline.now() > endsAt) return;
        const sick = !isFirst && random.chance(0.08);
        isFirst = false;
        dropRelease(world, app, environment.name, { sick, bootSeconds: random.whole(3, 20) });
        timeline.after(random.exponential(MEAN_DAYS_BETWEEN_DROPS * DAY), drop);
      };
      timeline.after(random.fraction() * FIRST_DROPS_WITHIN, drop);
    }
};
