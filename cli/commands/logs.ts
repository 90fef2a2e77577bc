import { Command } from 'commander';
import { readConsole } from '#pipeline/machine/console';
import { openContext } from '../command-context.ts';
import { followConsoles } from '../follow-consoles.ts';
import { onInterrupt } from '../interrupt.ts';
import { readMachines } from '../machines.ts';
import { count } from '../number-option.ts';
import { UserError } from '../user-error.ts';

interface LogsOptions {
  readonly lines?: number;
  readonly follow?: true;
}

/** `kiln logs <app>`: what the app's machines wrote to their consoles. */
export const logsCommand = (): Command =>
  new Command('logs')
    .description("show the console output of an app's machines: the last 64 KB of each")
    .argument('<app>', 'the app')
    .option('-n, --lines <count>', 'only the last lines of each machine', count)
    .option(
      '-f, --follow',
      'go on with what is written, also by new machines, until Ctrl-C; with --json one object a line',
    )
    .action(async (app: string, { lines, follow }: LogsOptions, command: Command) => {
      const { connection, clock, output } = await openContext(command);
      const machines = await readMachines(connection, app);
      if (machines.length === 0) throw new UserError(`no machine of '${app}' runs`, 'kiln ps');
      if (follow === true) {
        const show = (instanceId: string, line: string): void => {
          process.stdout.write(
            output.json ? `${JSON.stringify({ instanceId, line })}\n` : `${instanceId}  ${line}\n`,
          );
        };
        await followConsoles({ app, lines, show, signal: onInterrupt() }, { connection, clock });
        return;
      }
      const consoles = await Promise.all(
        machines.map(async (machine) => {
          const all = (await readConsole(machine.instanceId, connection.ec2)).trimEnd().split('\n');
          return { ...machine, lines: all.slice(Math.max(0, all.length - (lines ?? all.length))) };
        }),
      );
      const text = consoles.flatMap(({ instanceId, lines }) => lines.map((line) => `${instanceId}  ${line}`));
      output.result(consoles, text.join('\n'));
    });
