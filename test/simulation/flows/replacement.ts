import { giveBudgetBack } from '#pipeline/disruption/budget';
import { abandonReplacement } from '#pipeline/recycle/abandon-replacement';
import type { AbandonReplacementInput } from '#pipeline/recycle/abandon-replacement';
import { launchReplacements } from '#pipeline/recycle/launch-replacements';
import type {
  LaunchReplacementsInput,
  ReplacementBatch,
  ReplacementOrder,
} from '#pipeline/recycle/replacement-order';
import { retireInstances } from '#pipeline/recycle/retire-instances';
import { waitForReplacements } from '#pipeline/recycle/wait-for-replacements';
import { updateEnvironment } from '#pipeline/rollout/environment-record';
import { withoutLease } from '#pipeline/rollout/lease';
import { invoke } from '../invoke.ts';
import type { Deps } from '../invoke.ts';
import { readStateMachine } from '../state-machine.ts';
import { walk } from '../walk.ts';
import type { Caught } from '../walk.ts';
import { count, inBackground } from '../world.ts';
import type { World } from '../world.ts';

interface Scope {
  order: LaunchReplacementsInput;
  batch?: ReplacementBatch;
  more: boolean;
}

const batchOf = ({ batch }: Scope): ReplacementBatch => {
  if (batch === undefined) throw new Error('the simulation has no batch yet');
  return batch;
};

/** What a careless AbandonReplacement would do. */
const forget = async (
  { environment, app, executionArn }: Pick<AbandonReplacementInput, 'environment' | 'app' | 'executionArn'>,
  deps: Deps,
): Promise<void> => {
  await updateEnvironment(environment, app, deps, ({ replacement: _forgotten, ...record }) =>
    withoutLease(record, executionArn),
  );
  await giveBudgetBack(environment, executionArn, deps);
};

/** Starts the state machine `replacement`; a second start of the same name is harmless. */
export const startReplacement = (world: World, order: ReplacementOrder): void => {
  const machine = readStateMachine('replacement');
  const execution = world.executions.start('replacement', order.name, machine.TimeoutSeconds);
  if (execution === undefined) return;
  const run = <T>(body: (deps: Deps) => Promise<T>): Promise<T> =>
    invoke(world, { execution, cause: 'recycling' }, body);
  const scope: Scope = { order: { ...order, executionArn: execution.arn }, more: false };
  const tasks = {
    LaunchReplacements: async () => {
      scope.batch = (await run((deps) => launchReplacements(scope.order, deps))).batch;
    },
    WaitForReplacements: async () => {
      const batch = batchOf(scope);
      scope.batch = (await run((deps) => waitForReplacements({ batch }, deps))).batch;
    },
    RetireInstances: async () => {
      const batch = batchOf(scope);
      const retired = await run((deps) => retireInstances({ batch }, deps));
      count(world, 'machines recycled', batch.retire.length);
      scope.more = retired.more;
      if (retired.next !== null) scope.order = retired.next;
    },
    AbandonReplacement: async (caught: Caught | undefined) => {
      const { error, cause } = caught ?? { error: 'Error', cause: '' };
      const { environment, app, groupName } = order;
      const input = { environment, app, groupName, executionArn: execution.arn, error, cause };
      if (world.sabotage === 'leave-surplus') {
        await run((deps) => forget(input, deps));
        return;
      }
      const { reason } = await run((deps) => abandonReplacement(input, deps));
      count(world, `replacements given up: ${reason}`);
    },
  };
  const choices = { IsMoreDue: () => (scope.more ? 0 : undefined) };
  inBackground(world, walk(machine, execution, { tasks, choices }, world));
};
