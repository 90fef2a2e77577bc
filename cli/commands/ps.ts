import { Command } from 'commander';
import { ageOf, exactSpanOf } from '../age.ts';
import { openContext } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { readApps } from '../environments/environment-records.ts';
import type { Selection } from '../environments/environment-records.ts';
import { readMachines } from '../machines.ts';
import { readEndedMachine, readEndedMachines } from '../machines/ended-machines.ts';
import { listMachines } from '../machines/list-machines.ts';
import type { ListedMachine } from '../machines/list-machines.ts';
import { passedOverNote, recyclingNote } from '../machines/recycling-note.ts';
import { endedColumns, renderEnd } from '../machines/render-ended.ts';
import { count } from '../number-option.ts';
import type { Column } from '../output.ts';

interface PsOptions {
  readonly env?: string;
  readonly ended?: true;
  readonly console?: string;
  readonly limit: number;
}

const uptimeOf = ({ launchedAt, maximumUptimeSeconds }: ListedMachine, now: Date): string => {
  const age = ageOf(launchedAt, now);
  return maximumUptimeSeconds === undefined ? age : `${age} of ${exactSpanOf(maximumUptimeSeconds)}`;
};

const columns = (now: Date): Column[] => [
  { title: 'machine', text: (machine: ListedMachine) => machine.instanceId },
  { title: 'app', text: (machine: ListedMachine) => machine.app },
  { title: 'release', text: (machine: ListedMachine) => machine.release },
  { title: 'env', text: (machine: ListedMachine) => machine.environment },
  { title: 'zone', text: (machine: ListedMachine) => machine.zone },
  { title: 'state', text: (machine: ListedMachine) => machine.state },
  { title: 'uptime', text: (machine: ListedMachine) => uptimeOf(machine, now) },
];

const showMachines = async (selection: Selection, context: CommandContext): Promise<void> => {
  const { connection, output } = context;
  const apps = await readApps(selection, context);
  const machines = await readMachines(connection, selection.app, selection.environment);
  const now = new Date();
  output.table(listMachines(machines, apps, now), columns(now), 'no machine runs');
  for (const { environment, record } of apps) {
    const note = recyclingNote(record, now);
    if (note !== undefined) output.line(`${record.app} in ${environment.name} is not recycled: ${note}`);
    for (const { instanceId } of machines) {
      const own = passedOverNote(record, instanceId, now);
      if (own !== undefined)
        output.line(`${instanceId} of ${record.app} in ${environment.name} is not recycled: ${own}`);
    }
  }
};

const showConsole = async (instanceId: string, context: CommandContext): Promise<void> => {
  const machine = await readEndedMachine(instanceId, context);
  context.output.line(renderEnd(machine, new Date()));
  if (machine.console === undefined) context.output.line('EC2 no longer had its console');
  context.output.result(machine, (machine.console ?? '').trimEnd());
};

const showEnded = async (selection: Selection, limit: number, context: CommandContext): Promise<void> => {
  const machines = await readEndedMachines({ ...selection, limit }, context);
  // Each may have 64 KB of console: `--console` shows it.
  const rows = machines.map((machine) => ({ ...machine, console: undefined }));
  context.output.table(rows, endedColumns(new Date()), 'no machine ended in the last 30 days');
};

/** `kiln ps [app]`: the machines that exist now, or those that ended. */
export const psCommand = (): Command =>
  new Command('ps')
    .description('list the machines by environment, zone and release, with their uptime')
    .argument('[app]', 'only this app')
    .option('--env <environment>', 'only this environment')
    .option('--ended', 'the machines that ended in the last 30 days instead, the newest first, and why')
    .option('--limit <count>', 'of those that ended, at most so many', count, 50)
    .option('--console <machine>', 'what a machine that ended wrote to its console at the last')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln ps\n  kiln ps hello --env prod\n  kiln ps --ended\n  kiln ps --console i-0123456789abcdef0',
    )
    .action(async (app: string | undefined, options: PsOptions, command: Command) => {
      const context = await openContext(command);
      const selection = { app, environment: options.env };
      if (options.console !== undefined) await showConsole(options.console, context);
      else if (options.ended === true) await showEnded(selection, options.limit, context);
      else await showMachines(selection, context);
    });
