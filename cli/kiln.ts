import { Command, CommanderError } from 'commander';
import { dropCommand } from './commands/drop.ts';
import { logsCommand } from './commands/logs.ts';
import { psCommand } from './commands/ps.ts';
import { releasesCommand } from './commands/releases.ts';
import { runCommand } from './commands/run.ts';
import { upCommand } from './commands/up.ts';
import { printError } from './output.ts';
import { UserError } from './user-error.ts';

const EXIT_USER_ERROR = 1;
const EXIT_USAGE = 2;
/** EX_SOFTWARE of sysexits: a bug of ours. */
const EXIT_BUG = 70;

const program = new Command('kiln')
  .description('fires an application into a minimal, immutable machine image and keeps it serving')
  .option('--json', 'write results as JSON, for machines')
  .exitOverride()
  .showHelpAfterError()
  .addHelpText(
    'after',
    '\nKILN_HOME is where state lives (default ~/.kiln); KILN_ENDPOINT is the local cloud.',
  );

for (const command of [
  upCommand(),
  dropCommand(),
  releasesCommand(),
  psCommand(),
  logsCommand(),
  runCommand(),
]) {
  // Sub-commands made on their own do not inherit it.
  program.addCommand(command.exitOverride().option('--json', 'write results as JSON, for machines'));
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  } else if (error instanceof UserError) {
    printError(error.message, error.suggestion);
    process.exitCode = EXIT_USER_ERROR;
  } else {
    printError(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = EXIT_BUG;
  }
}
