import { NATURE, serves } from './aws/account.ts';
import type { SimulatedImage } from './aws/account.ts';
import { lose } from './aws/machine-life.ts';
import { environmentKey } from '#pipeline/rollout/environment-record';
import type { EnvironmentRecord } from '#pipeline/model';
import { forAWhile, nowAndThen } from './now-and-then.ts';
import type { Chance } from './now-and-then.ts';
import type { SimulatedEnvironment } from './simulated-environments.ts';
import { count } from './world.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The image that a random app runs from now. */
const someImage = (
  { account, documents }: World,
  fleet: readonly SimulatedEnvironment[],
  { random }: Chance,
): SimulatedImage | undefined => {
  const { environment, apps } = random.pick(fleet);
  const key = environmentKey(environment.name, random.pick(apps));
  const record = documents.get(key) as EnvironmentRecord | undefined;
  return account.images.get(record?.current?.imageId ?? '');
};

const breakMachines = (world: World, chance: Chance): void => {
  nowAndThen(chance, 14 * HOUR, () => {
    const machines = [...world.account.machines.values()].filter(serves);
    if (machines.length === 0) return;
    count(world, 'machines that broke');
    lose(world.account, chance.random.pick(machines), NATURE);
  });
};

const breakImages = (world: World, fleet: readonly SimulatedEnvironment[], chance: Chance): void => {
  forAWhile(chance, { every: 6 * DAY, lasts: 8 * HOUR }, () => {
    const image = someImage(world, fleet, chance);
    if (image === undefined || image.sick) return undefined;
    count(world, 'images that no longer start');
    image.sick = true;
    return () => {
      image.sick = false;
    };
  });
  forAWhile(chance, { every: 9 * DAY, lasts: 6 * HOUR }, () => {
    const image = someImage(world, fleet, chance);
    if (image === undefined) return undefined;
    count(world, 'images that were gone');
    image.available = false;
    return () => {
      image.available = true;
    };
  });
};

const fillZones = ({ account, history, figures }: World, zones: readonly string[], chance: Chance): void => {
  forAWhile(chance, { every: 5 * DAY, lasts: 3 * HOUR }, () => {
    const zone = chance.random.pick(zones);
    if (account.zonesOut.has(zone)) return undefined;
    count({ figures }, 'zones without capacity');
    account.zonesOut.add(zone);
    history.state('world', { fact: 'zone.capacity', zone, available: false });
    return () => {
      account.zonesOut.delete(zone);
      history.state('world', { fact: 'zone.capacity', zone, available: true });
    };
  });
};

/** Machines break, zones are full, images no longer start or are gone for a while. */
export const letNatureTakeItsCourse = (
  world: World & { readonly fleet: readonly SimulatedEnvironment[] },
  zones: readonly string[],
  endsAt: number,
): void => {
  const chance = { timeline: world.timeline, random: world.random.fork('nature'), endsAt };
  breakMachines(world, chance);
  breakImages(world, world.fleet, chance);
  fillZones(world, zones, chance);
};
