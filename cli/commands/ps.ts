import { Command } from 'commander';
import { ageOf } from '../age.ts';
import { openContext } from '../command-context.ts';
import { readMachines } from '../machines.ts';
import type { FleetMachine } from '../machines.ts';

interface PsOptions {
  readonly env?: string;
}

/** `kiln ps [app]`: the machines that exist now. */
export const psCommand = (): Command =>
  new Command('ps')
    .description('list the machines by environment, zone and release, with their uptime')
    .argument('[app]', 'only this app')
    .option('--env <environment>', 'only this environment')
    .addHelpText('after', '\nExamples:\n  kiln ps\n  kiln ps hello --env prod')
    .action(async (app: string | undefined, { env }: PsOptions, command: Command) => {
      const { connection, output } = await openContext(command);
      const now = new Date();
      output.table(
        await readMachines(connection, app, env),
        [
          { title: 'machine', text: (machine: FleetMachine) => machine.instanceId },
          { title: 'app', text: (machine: FleetMachine) => machine.app },
          { title: 'release', text: (machine: FleetMachine) => machine.release },
          { title: 'env', text: (machine: FleetMachine) => machine.environment },
          { title: 'zone', text: (machine: FleetMachine) => machine.zone },
          { title: 'state', text: (machine: FleetMachine) => machine.state },
          { title: 'uptime', text: (machine: FleetMachine) => ageOf(machine.launchedAt, now) },
        ],
        'no machine runs',
      );
    });
