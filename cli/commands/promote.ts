import { Command } from 'commander';
import { readEnvironments } from '#pipeline/environments/read-environments';
import { callerArn } from '../caller.ts';
import { openContext } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { readApps } from '../environments/environment-records.ts';
import { onInterrupt } from '../interrupt.ts';
import { readReleaseRecords } from '../release-records.ts';
import { choosePromotion } from '../rollouts/choose-promotion.ts';
import type { Promotion, WantedPromotion } from '../rollouts/choose-promotion.ts';
import { followRollout } from '../rollouts/follow-rollout.ts';
import { startExecution } from '../rollouts/start-execution.ts';

interface PromoteOptions {
  readonly env?: string;
  readonly version?: string;
  readonly wait: boolean;
}

const choose = async (
  app: string,
  wanted: WantedPromotion,
  context: CommandContext,
): Promise<Promotion & { readonly needsApproval: boolean }> => {
  const environments = await readEnvironments(context.documents);
  const apps = await readApps({ app }, context);
  const records = new Map(apps.map(({ environment, record }) => [environment.name, record]));
  const releases = await readReleaseRecords(context, app);
  const promotion = choosePromotion({ app, environments, records, releases }, wanted);
  const target = environments.find(({ name }) => name === promotion.environment);
  return { ...promotion, needsApproval: target?.approval !== undefined };
};

/** `kiln promote <app>`: takes a release into the next environment, with the image and tests that it has. */
export const promoteCommand = (): Command =>
  new Command('promote')
    .description('roll a tested release out into the next environment, with the same image')
    .argument('<app>', 'the app')
    .option(
      '--env <environment>',
      'the environment; default: the next one in which the release does not serve',
    )
    .option('--version <version>', 'the version; default: what serves in the environment before')
    .option('--no-wait', 'do not follow the rollout')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln promote hello\n  kiln promote hello --env prod --version 1.4.0 --no-wait',
    )
    .action(async (app: string, options: PromoteOptions, command: Command) => {
      const context = await openContext(command);
      const { output, stack, connection } = context;
      const wanted = { environment: options.env, version: options.version };
      const { environment, releaseId, version, needsApproval } = await choose(app, wanted, context);
      const requestedBy = await callerArn(connection);
      const executionArn = await startExecution(
        {
          stateMachineArn: stack.rolloutStateMachineArn,
          kind: 'promotion',
          input: { app, releaseId, environment, trigger: 'promotion', requestedBy },
        },
        connection,
      );
      output.line(
        `promoting ${app} ${version} to ${environment}${needsApproval ? ', once it is approved' : ''}`,
      );
      if (!options.wait) {
        const next = needsApproval
          ? `it needs approval: kiln approve ${app} --env ${environment}`
          : `kiln rollout status ${app} --env ${environment} --watch`;
        output.result({ app, version, releaseId, environment, executionArn }, next);
        return;
      }
      const signal = onInterrupt();
      await followRollout({ app, environment, version, releaseId, executionArn }, { ...context, signal });
    });
