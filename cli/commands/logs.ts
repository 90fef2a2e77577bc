import { Command } from 'commander';
import { readConsole } from '#pipeline/machine/console';
import { openContext } from '../command-context.ts';
import { readMachines } from '../machines.ts';
import { UserError } from '../user-error.ts';

/** `kiln logs <app>`: what the app's machines wrote to their consoles. */
export const logsCommand = (): Command =>
  new Command('logs')
    .description("show the console output of an app's machines: the last 64 KB of each")
    .argument('<app>', 'the app')
    .option('-n, --lines <count>', 'only the last lines of each machine', (text) => Number.parseInt(text, 10))
    .action(async (app: string, options: { lines?: number }, command: Command) => {
      const { connection, output } = await openContext(command);
      const machines = await readMachines(connection, app);
      if (machines.length === 0) throw new UserError(`no machine of '${app}' runs`, 'kiln ps');
      for (const machine of machines) {
        const lines = (await readConsole(machine.instanceId, connection.ec2)).trimEnd().split('\n');
        const shown = options.lines === undefined ? lines : lines.slice(-options.lines);
        output.result(
          { ...machine, lines: shown },
          shown.map((line) => `${machine.instanceId}  ${line}`).join('\n'),
        );
      }
    });
