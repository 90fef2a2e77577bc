import { Command, Option } from 'commander';
import { minutesBetween } from '#pipeline/recycle/minutes-between';
import { unblockRecycling } from '#pipeline/recycle/unblock-recycling';
import { announceFrom } from '../announce-from.ts';
import { callerArn } from '../caller.ts';
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
  const by = await callerArn(context.connection);
  const unblocked = await unblockRecycling(
    { app, environment, by },
    { ...context, announce: announceFrom(context) },
  );
  const text = unblocked
    ? `machines of ${app} in ${environment} are replaced again when they are due`
    : `recycling of ${app} in ${environment} was not blocked`;
  context.output.result({ app, environment, unblocked }, text);
};

/** Options that say nothing where they stand, rather than being passed over in silence. */
const checkOptions = (command: Command, { now, dryRun, all, plan, unblock, wait }: RecycleOptions): void => {
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  const acts = now === true && dryRun !== true;
  const problem = [
    !wait && !acts && "option '--no-wait' needs '--now': without it nothing is replaced",
    isGiven('hours') && plan !== true && "option '--hours <hours>' needs '--plan'",
    all === true &&
      plan === true &&
      "option '--all' cannot be used with '--plan': it asks for everything at once",
    all === true && unblock === true && "option '--all' cannot be used with '--unblock'",
    isGiven('seed') &&
      acts &&
      "option '--seed <seed>' cannot be used with '--now': the schedule's seed counts",
  ].find((each) => each !== false);
  if (problem !== undefined) command.error(`error: ${problem}`);
};

/** `kiln recycle [app]`: what is replaced for its age, now and in the next hours, and replacing it at once. */
export const recycleCommand = (): Command =>
  new Command('recycle')
    .description(
      'show which machines are over their maximum uptime, what keeps them, and what is replaced when; with --now replace them',
    )
    .argument('[app]', 'only this app')
    .option('--env <environment>', 'only this environment')
    .addOption(new Option('--plan', 'show what is replaced when in the next hours').conflicts('now'))
    .option('--hours <hours>', 'with --plan: how far to look ahead', hoursAhead, 24)
    .option('--seed <seed>', 'spread the due times by another seed than the schedule does', STACK_NAME)
    .option('--now', 'replace what is due, without waiting for the schedule, and follow it')
    .option('--dry-run', 'with --now: change nothing, show what it would replace')
    .option('--all', 'every machine that is there now, whatever its age')
    .option('--even-if-overdue', 'go on where so many are overdue that rather a clock may be wrong')
    .addOption(
      new Option(
        '--unblock',
        'try again where the replacements failed three times; needs the app and --env',
      ).conflicts(['now', 'plan']),
    )
    .option('--no-wait', 'with --now: do not follow the replacements')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln recycle\n  kiln recycle --plan --hours 24\n  kiln recycle --now hello --env prod --all\n  kiln recycle --unblock hello --env prod',
    )
    .action(async (app: string | undefined, options: RecycleOptions, command: Command) => {
      checkOptions(command, options);
      const context = await openContext(command);
      if (options.unblock === true) await clearBlock(app, options, context);
      else if (options.plan === true) await showForecast(app, options, context);
      else if (options.now !== true || options.dryRun === true) await showPlan(app, options, context);
      else await runRecycling({ ...options, app }, context);
    });
