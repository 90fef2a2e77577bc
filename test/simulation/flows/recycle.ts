import { planRecyclingNow } from '#pipeline/recycle/plan-recycling';
import type { PlannedRecycling } from '#pipeline/recycle/plan-recycling';
import { invoke } from '../invoke.ts';
import { readStateMachine } from '../state-machine.ts';
import { walk } from '../walk.ts';
import { count, inBackground } from '../world.ts';
import type { World } from '../world.ts';
import { startReplacement } from './replacement.ts';
import { startRetirement } from './rollout.ts';

/** The state machine `recycle`, as the schedule starts it. */
export const runRecycle = (world: World, name: string): void => {
  const machine = readStateMachine('recycle');
  const execution = world.executions.start('recycle', name, machine.TimeoutSeconds);
  if (execution === undefined) return;
  let planned: Pick<PlannedRecycling, 'replacements' | 'retirements'> = { replacements: [], retirements: [] };
  const tasks = {
    PlanRecycling: async () => {
      const skew = world.faults.plannerSkew;
      const plan = await invoke(world, { execution, cause: 'recycling', skew }, (deps) =>
        planRecyclingNow({}, { ...deps, everyMinutes: world.planMinutes }),
      );
      planned = plan;
      count(world, 'recycling plans');
    },
    StartReplacements: () => {
      for (const order of planned.replacements) startReplacement(world, order);
      return Promise.resolve();
    },
    StartRetirements: () => {
      for (const order of planned.retirements) {
        count(world, 'leftovers retired');
        startRetirement(world, order.name, order);
      }
      return Promise.resolve();
    },
  };
  inBackground(world, walk(machine, execution, { tasks }, world));
};
