import { Command, Option } from 'commander';
import { minutesBetween } from '#pipeline/recycle/minutes-between';
import { unblockRecycling } from '#pipeline/recycle/unblock-recycling';
import { openContext } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import type { Connection } from '../connection.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import { hoursAhead } from '../number-option.ts';
import { foresee, planNow } from '../recycle/plan-now.ts';
import { readFleetNow } from '../recycle/read-fleet-now.ts';
import { renderForecast } from '../recycle/render-forecast.ts';
import { renderPlan } from '../recycle/render-plan.ts';
import { runRecycling } from '../recycle/run-recycling.ts';
import { describeStack, STACK_NAME } from '../stack.ts';
import { UserError } from '../user-error.ts';

interface RecycleOptions {
  readonly env?: string;
  readonly plan?: true;
  readonly hours: number;
  readonly seed: string;
  readonly now?: true;
  readonly dryRun?: true;
  readonly all?: true;
  readonly evenIfOverdue?: true;
  readonly unblock?: true;
  readonly wait: boolean;
}

/** As the stack was deployed: `kiln deploy --recycle-every`. */
const readScheduleMinutes = async ({ cloudFormation }: Connection): Promise<number> => {
  const { Parameters = [] } = (await describeStack(cloudFormation)) ?? {};
  const found = Parameters.find(({ ParameterKey }) => ParameterKey === 'RecycleSchedule');
  return minutesBetween(found?.ParameterValue);
};

const showForecast = async (
  app: string | undefined,
  { env, hours, seed, evenIfOverdue }: RecycleOptions,
  context: CommandContext,
): Promise<void> => {
  const from = context.clock.now().getTime();
  const found = await readFleetNow({ app, environment: env }, context);
  const everyMinutes = await readScheduleMinutes(context.connection);
  const ahead = { from, hours, seed, everyMinutes, evenIfOverdue: evenIfOverdue === true };
  const forecast = foresee(found, app, ahead);
  context.output.result(forecast, renderForecast(forecast));
};

const showPlan = async (
  app: string | undefined,
  { env, seed, all, evenIfOverdue }: RecycleOptions,
  context: CommandContext,
): Promise<void> => {
  const now = context.clock.now().getTime();
  const found = await readFleetNow({ app, environment: env }, context);
  const request = { app, now, seed, all: all === true, evenIfOverdue: evenIfOverdue === true };
  const plan = planNow(found, request);
  context.output.result(plan, renderPlan(plan, found.fleet));
};

const clearBlock = async (
  app: string | undefined,
  { env }: RecycleOptions,
  context: CommandContext,
): Promise<void> => {
  if (app === undefined || env === undefined)
    throw new UserError(
      '--unblock needs the app and its environment',
      'kiln recycle --unblock <app> --env <environment>',
    );
  const { name: environment } = findEnvironment(env, context.stack.environments);
  const unblocked = await unblockRecycling({ app, environment }, context);
  const text = unblocked
    ? `machines of ${app} in ${environment} are replaced again when they are due`
    : `recycling of ${app} in ${environment} was not blocked`;
  context.output.result({ app, environment, unblocked }, text);
};

/** `kiln recycle [app]`: what is replaced for its age, now and in the next hours, and replacing it at once. */
export const recycleCommand = (): Command =>
  new Command('recycle')
    .description(
      'replace machines that are over their maximum uptime; without --now only show what would be replaced',
    )
    .argument('[app]', 'only this app')
    .option('--env <environment>', 'only this environment')
    .addOption(new Option('--plan', 'show what is replaced when in the next hours').conflicts('now'))
    .option('--hours <hours>', 'how far to look ahead', hoursAhead, 24)
    .option('--seed <seed>', 'spreads the due times; the schedule uses the name of the stack', STACK_NAME)
    .option('--now', 'replace what is due, without waiting for the schedule, and follow it')
    .option('--dry-run', 'with --now: change nothing, show the plan')
    .option('--all', 'whatever is due or not')
    .option('--even-if-overdue', 'also where so much is overdue that a clock may be wrong')
    .addOption(
      new Option('--unblock', 'try again where replacements failed too often').conflicts(['now', 'plan']),
    )
    .option('--no-wait', 'with --now: do not follow the replacements')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln recycle\n  kiln recycle --plan --hours 24\n  kiln recycle --now hello --env prod --all\n  kiln recycle --unblock hello --env prod',
    )
    .action(async (app: string | undefined, options: RecycleOptions, command: Command) => {
      const context = await openContext(command);
      if (options.unblock === true) await clearBlock(app, options, context);
      else if (options.plan === true) await showForecast(app, options, context);
      else if (options.now !== true || options.dryRun === true) await showPlan(app, options, context);
      else await runRecycling({ ...options, app }, context);
    });
