import { Command } from 'commander';
import { readEnvironments } from '#pipeline/environments/read-environments';
import { callerArn } from '../caller.ts';
import { openContext } from '../command-context.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import { onInterrupt } from '../interrupt.ts';
import { watchRollback } from '../progress/watch-rollback.ts';
import type { RollbackPlan } from '../progress/watch-rollback.ts';
import { startExecution } from '../rollouts/start-execution.ts';

interface RollbackOptions {
  readonly env: string;
  readonly wait: boolean;
}

const WAYS: Readonly<Record<RollbackPlan['kind'], string>> = {
  abort: 'the rollout was undone, and its machines leave now',
  flip: 'its machines were still warm',
  rollout: 'it was rolled out again',
};

/** `kiln rollback <app> --env <environment>`: undoes the rollout, or goes back to what served well before. */
export const rollbackCommand = (): Command =>
  new Command('rollback')
    .description('undo the running rollout, or go back to the release and configuration that served before')
    .argument('<app>', 'the app')
    .requiredOption('--env <environment>', 'the environment')
    .option('--no-wait', 'do not follow the rollback')
    .addHelpText('after', '\nExamples:\n  kiln rollback hello --env prod')
    .action(async (app: string, options: RollbackOptions, command: Command) => {
      const context = await openContext(command);
      const { clock, connection, documents, output, stack } = context;
      const environment = findEnvironment(options.env, await readEnvironments(documents)).name;
      const requestedBy = await callerArn(connection);
      const startedAt = clock.now().getTime();
      const executionArn = await startExecution(
        {
          stateMachineArn: stack.rollbackStateMachineArn,
          kind: 'rollback',
          input: { app, environment, requestedBy },
        },
        connection,
      );
      const status = `kiln rollout status ${app} --env ${environment} --watch`;
      if (!options.wait) {
        output.result({ app, environment, executionArn }, status);
        return;
      }
      const signal = onInterrupt();
      try {
        const done = await watchRollback({ executionArn, app, environment }, { ...context, signal });
        const seconds = (clock.now().getTime() - startedAt) / 1000;
        const state =
          done.to === null
            ? `nothing of ${app} serves in ${environment}, as before`
            : `100 % on ${app} ${done.version} in ${environment}`;
        output.result(
          { app, environment, executionArn, ...done, seconds },
          `${state} after ${seconds.toFixed(1)} s: ${WAYS[done.kind]}`,
        );
      } finally {
        if (signal.aborted) output.line(`the rollback goes on: ${status}`);
      }
    });
