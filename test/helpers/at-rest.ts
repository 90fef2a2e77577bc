import { expect } from '@jest/globals';
import { takeInventory } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import type { LightKiln } from './light-kiln.ts';
import { poll } from './poll.ts';

const REST_MILLISECONDS = 45_000;

/** What serves an app in an environment, and nothing else. */
export interface Serving {
  readonly app: string;
  readonly environment: string;
  readonly version: string;
  /** Two unless told. */
  readonly machines?: number;
}

/** What should be there, and nothing else, when these serve. */
const expected = (serving: readonly Serving[], environments: number): Record<string, number> => ({
  instances: serving.reduce((total, { machines = 2 }) => total + machines, 0),
  groups: serving.length,
  targetGroups: serving.length,
  launchTemplates: serving.length,
  // Each listener has a rule of its own besides the apps'.
  rules: serving.length + environments,
});

const counted = (inventory: Inventory, kinds: readonly string[]): Record<string, number> =>
  Object.fromEntries(kinds.map((kind) => [kind, inventory[kind]?.length ?? 0]));

const look = async (kiln: LightKiln, serving: readonly Serving[]): Promise<unknown> => {
  const kinds = Object.keys(expected(serving, 0));
  const found = counted(await takeInventory(kiln), kinds);
  const apps = await Promise.all(
    serving.map(async ({ app, environment }) => {
      const { current, lease, waiting, retiring, progress, replacement } = await kiln.record(
        app,
        environment,
      );
      return {
        version: current?.version,
        running: await kiln.running(app, environment),
        weights: await kiln.weights(app, environment),
        left: { lease, waiting, retiring, progress, replacement },
      };
    }),
  );
  return { found, apps };
};

/**
 * Waits until exactly these serve, each with all of its machines and all of the traffic, and nothing of any other release
 * is left: no machine, group, target group, rule, launch template, lease or note.
 */
export const expectAtRest = async (kiln: LightKiln, serving: readonly Serving[]): Promise<void> => {
  const wanted = {
    found: expected(serving, kiln.stack.environments.length),
    apps: serving.map(({ version, machines = 2 }) => ({
      version,
      running: { [version]: machines },
      weights: { [version]: 100 },
      left: {},
    })),
  };
  let seen: unknown;
  const atRest = await poll(
    async () => {
      seen = JSON.parse(JSON.stringify(await look(kiln, serving)));
      return JSON.stringify(seen) === JSON.stringify(wanted) ? true : undefined;
    },
    REST_MILLISECONDS,
    () => 'not at rest',
  ).catch(() => false);
  if (!atRest) expect(seen).toEqual(wanted);
};
