import { EBSClient } from '@aws-sdk/client-ebs';
import type { Release, Rollout, RolloutPlan } from '#pipeline/model';
import { finishRollout } from '#pipeline/rollout/finish-rollout';
import type { FinishedRollout } from '#pipeline/rollout/finish-rollout';
import { judgeStep } from '#pipeline/rollout/judge-step';
import { planRollout } from '#pipeline/rollout/plan-rollout';
import { retireDeployment } from '#pipeline/rollout/retire-deployment';
import type { Retirement } from '#pipeline/rollout/retire-deployment';
import { rollBack } from '#pipeline/rollout/roll-back';
import { shiftTraffic } from '#pipeline/rollout/shift-traffic';
import { startRollout } from '#pipeline/rollout/start-rollout';
import { waitForHealthyTargets } from '#pipeline/rollout/wait-for-healthy-targets';
import type { Execution } from '../executions.ts';
import { invoke } from '../invoke.ts';
import type { Deps } from '../invoke.ts';
import { readStateMachine } from '../state-machine.ts';
import { walk } from '../walk.ts';
import type { Bindings } from '../walk.ts';
import { inBackground } from '../world.ts';
import type { World } from '../world.ts';

/** Asked for evidence only, and nobody must approve. */
const NO_EBS = new EBSClient({ region: 'r' });

interface Scope {
  plan?: RolloutPlan;
  rollout?: Rollout;
  more: boolean;
  finished?: FinishedRollout;
}

const planOf = ({ plan }: Scope): RolloutPlan => {
  if (plan === undefined) throw new Error('the simulation has no plan yet');
  return plan;
};

const rolloutOf = ({ rollout }: Scope): Rollout => {
  if (rollout === undefined) throw new Error('the simulation has no rollout yet');
  return rollout;
};

/** Starts the state machine `retirement`. */
export const startRetirement = (world: World, name: string, retirement: Retirement): void => {
  const machine = readStateMachine('retirement');
  const execution = world.executions.start('retirement', name, machine.TimeoutSeconds);
  if (execution === undefined) return;
  const bindings: Bindings = {
    tasks: {
      RetireDeployment: async () => {
        await invoke(world, { execution, cause: 'clean-up' }, (deps) => retireDeployment(retirement, deps));
      },
    },
    waits: { StayWarm: () => Date.parse(retirement.at) - world.timeline.now() },
  };
  inBackground(world, walk(machine, execution, bindings, world));
};

const stepTasks = (
  world: World,
  scope: Scope,
  run: <T>(body: (deps: Deps) => Promise<T>) => Promise<T>,
  { app, environment, executionArn }: { app: string; environment: string; executionArn: string },
): Bindings['tasks'] => ({
  StartRollout: async () => {
    const plan = planOf(scope);
    scope.rollout = (await run((deps) => startRollout({ plan }, deps))).rollout;
  },
  WaitForHealthyTargets: async () => {
    const rollout = rolloutOf(scope);
    scope.rollout = (await run((deps) => waitForHealthyTargets({ rollout }, deps))).rollout;
  },
  ShiftTraffic: async () => {
    const rollout = rolloutOf(scope);
    const shifted = await run((deps) => shiftTraffic({ rollout }, deps));
    scope.rollout = shifted.rollout;
  },
  JudgeStep: async () => {
    const rollout = rolloutOf(scope);
    const judged = await run((deps) => judgeStep({ rollout }, deps));
    scope.rollout = judged.rollout;
    scope.more = judged.more;
    const { step } = judged.rollout;
    if (judged.more)
      world.history.state(executionArn, {
        fact: 'rollout.step',
        execution: executionArn,
        step,
        app,
        environment,
      });
  },
});

/** Starts the state machine `rollout` for a release that was dropped. */
export const startRolloutOf = (
  world: World,
  release: Release,
  environment: string,
  onEnd: (execution: Execution) => void,
): Execution | undefined => {
  const machine = readStateMachine('rollout');
  const name = `${release.releaseId}-${environment}`;
  const execution = world.executions.start('rollout', name, machine.TimeoutSeconds);
  if (execution === undefined) return undefined;
  const { app, releaseId } = release;
  const scope: Scope = { more: false };
  const run = <T>(body: (deps: Deps) => Promise<T>): Promise<T> =>
    invoke(world, { execution, cause: 'rollout' }, body);
  const asked = { app, environment, executionArn: execution.arn };
  const bindings: Bindings = {
    tasks: {
      ...stepTasks(world, scope, run, asked),
      PlanRollout: async () => {
        const input = { ...asked, releaseId, trigger: 'drop' as const };
        scope.plan = (await run((deps) => planRollout(input, { ...deps, ebs: NO_EBS }))).plan;
      },
      FinishRollout: async () => {
        const rollout = rolloutOf(scope);
        scope.finished = await run((deps) => finishRollout({ rollout }, deps));
      },
      StartRetirement: () => {
        const retirement = scope.finished?.retirement;
        if (retirement !== undefined && retirement !== null)
          startRetirement(world, `blue-of-${name}`, retirement);
        return Promise.resolve();
      },
      RollBack: async (caught) => {
        const { error, cause } = caught ?? { error: 'Error', cause: '' };
        const plan = scope.plan ?? null;
        await run((deps) => rollBack({ ...asked, releaseId, plan, error, cause }, deps));
      },
    },
    choices: {
      NeedsApproval: () => undefined,
      IsFullyShifted: () => (scope.more ? 0 : undefined),
      HasBlue: () => ((scope.finished?.retirement ?? null) === null ? undefined : 0),
    },
    waits: { SettleTraffic: () => rolloutOf(scope).strategy.settleSeconds * 1000 },
  };
  inBackground(
    world,
    walk(machine, execution, bindings, world).then(() => {
      onEnd(execution);
    }),
  );
  return execution;
};
