import { Command } from 'commander';
import { forecastChaos } from '#pipeline/chaos/forecast-chaos';
import type { ExpectedKill } from '#pipeline/chaos/forecast-chaos';
import { clearOutage, setOutage } from '#pipeline/disruption/outage';
import { readEnvironments } from '#pipeline/environments/read-environments';
import { announceFrom } from '../announce-from.ts';
import { callerArn } from '../caller.ts';
import { readKills, readSubjects } from '../chaos/read-subjects.ts';
import type { KillInEnvironment } from '../chaos/read-subjects.ts';
import { renderDrill } from '../chaos/render-drill.ts';
import { runDrill } from '../chaos/run-drill.ts';
import { clockTime } from '../clock-time.ts';
import { openContext } from '../command-context.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import { count } from '../number-option.ts';
import { STACK_NAME } from '../stack.ts';
import { UserError } from '../user-error.ts';

interface PlanOptions {
  readonly env?: string;
  readonly hours: number;
  readonly seed: string;
}

const planCommand = (): Command =>
  new Command('plan')
    .description('show which machines chaos will kill in the next hours, unless something forbids it then')
    .option('--env <environment>', 'only this environment')
    .option('--hours <hours>', 'how far to look', count, 24)
    .option('--seed <text>', 'another calendar than the one in force', STACK_NAME)
    .addHelpText('after', '\nExamples:\n  kiln chaos plan\n  kiln chaos plan --env prod --hours 168')
    .action(async ({ env, hours, seed }: PlanOptions, command: Command) => {
      const context = await openContext(command);
      const subjects = await readSubjects({ environment: env }, context);
      const isOn = subjects.some(({ policy }) => policy.enabled);
      context.output.table(
        forecastChaos(subjects, { from: context.clock.now(), hours, seed }),
        [
          { title: 'at', text: (row: ExpectedKill) => `${row.local} ${row.timeZone}` },
          { title: 'env', text: (row: ExpectedKill) => row.environment },
          { title: 'app', text: (row: ExpectedKill) => row.app },
          { title: 'machine', text: (row: ExpectedKill) => row.victim?.instanceId ?? '-' },
          { title: 'zone', text: (row: ExpectedKill) => row.victim?.zone ?? '-' },
          { title: 'leash', text: (row: ExpectedKill) => (row.leashed ? 'on: only says so' : 'off') },
        ],
        isOn ? `nothing in the next ${hours} h` : 'chaos is off: chaos: true in environments.yml',
      );
    });

interface DrillOptions {
  readonly env: string;
  readonly zone?: string;
  readonly wholeZone?: true;
  readonly rate: number;
}

const drillCommand = (): Command =>
  new Command('drill')
    .description('kill a machine now, under load, and see how its group recovers')
    .argument('<app>', 'the app')
    .requiredOption('--env <environment>', 'the environment')
    .option('--zone <zone>', 'a machine of this availability zone, by its last letter')
    .option('--whole-zone', 'all machines of the zone, if the disruption budget has room for them')
    .option('--rate <requests>', 'requests a second meanwhile, to its health check; 0: none', count, 30)
    .addHelpText(
      'after',
      '\nExamples:\n  kiln chaos drill hello --env dev\n  kiln chaos drill hello --env dev --zone a',
    )
    .action(async (app: string, { env, zone, wholeZone, rate }: DrillOptions, command: Command) => {
      const context = await openContext(command);
      if (wholeZone === true && zone === undefined)
        throw new UserError(
          '--whole-zone needs a zone',
          `kiln chaos drill ${app} --env ${env} --zone a --whole-zone`,
        );
      const environment = findEnvironment(env, await readEnvironments(context.documents));
      const wish = { app, environment, wholeZone: wholeZone === true, perSecond: rate };
      const report = await runDrill(zone === undefined ? wish : { ...wish, zone }, context);
      context.output.result(report, renderDrill(report));
    });

const outcomeOf = ({ missed, recoverySeconds }: KillInEnvironment): string => {
  if (missed !== undefined) return `not killed: ${missed}`;
  return recoverySeconds === undefined ? 'not whole again' : `whole after ${recoverySeconds.toFixed(1)} s`;
};

const historyCommand = (): Command =>
  new Command('history')
    .description('list what chaos killed in the last 35 days, and how long the groups took to recover')
    .option('--env <environment>', 'only this environment')
    .addHelpText('after', '\nExamples:\n  kiln chaos history --env prod')
    .action(async ({ env }: { readonly env?: string }, command: Command) => {
      const context = await openContext(command);
      const all = await readEnvironments(context.documents);
      const selected = env === undefined ? all : [findEnvironment(env, all)];
      const now = context.clock.now();
      context.output.table(
        await readKills(
          selected.map(({ name }) => name),
          context,
        ),
        [
          { title: 'at', text: (kill: KillInEnvironment) => clockTime(kill.at, now) },
          { title: 'env', text: (kill: KillInEnvironment) => kill.environment },
          { title: 'app', text: (kill: KillInEnvironment) => kill.app },
          { title: 'machine', text: (kill: KillInEnvironment) => kill.instanceId },
          { title: 'zone', text: (kill: KillInEnvironment) => kill.zone },
          { title: 'by', text: (kill: KillInEnvironment) => kill.by ?? kill.trigger },
          { title: 'outcome', text: outcomeOf },
        ],
        'nothing was killed',
      );
    });

const haltCommand = (): Command =>
  new Command('halt')
    .description('say that there is an outage: nothing is killed or recycled until it is over')
    .requiredOption('--env <environment>', 'the environment')
    .requiredOption('--reason <text>', 'why, for whoever wonders')
    .addHelpText('after', '\nExamples:\n  kiln chaos halt --env prod --reason "the database is slow"')
    .action(async ({ env, reason }: { readonly env: string; readonly reason: string }, command: Command) => {
      const context = await openContext(command);
      const { name } = findEnvironment(env, await readEnvironments(context.documents));
      const by = await callerArn(context.connection);
      const { outage } = await setOutage(name, { by, reason }, context);
      context.output.result(
        { environment: name, outage },
        `nothing is killed or recycled in ${name} until: kiln chaos resume --env ${name}`,
      );
    });

const resumeCommand = (): Command =>
  new Command('resume')
    .description('say that the outage is over: machines are killed and recycled again')
    .requiredOption('--env <environment>', 'the environment')
    .addHelpText('after', '\nExamples:\n  kiln chaos resume --env prod')
    .action(async ({ env }: { readonly env: string }, command: Command) => {
      const context = await openContext(command);
      const { name } = findEnvironment(env, await readEnvironments(context.documents));
      const resumed = await clearOutage(name, { ...context, announce: announceFrom(context) });
      context.output.result(
        { environment: name, resumed },
        resumed ? `${name} may be disrupted again` : `nobody had said that there is an outage in ${name}`,
      );
    });

/** `kiln chaos plan|drill|history|halt|resume`: killing machines to see that nobody notices. */
export const chaosCommand = (): Command =>
  new Command('chaos')
    .description('kill machines to see that nobody notices')
    .addCommand(planCommand())
    .addCommand(drillCommand())
    .addCommand(historyCommand())
    .addCommand(haltCommand())
    .addCommand(resumeCommand());
