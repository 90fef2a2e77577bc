import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { approvalsCommand } from './commands/approvals.ts';
import { approveCommand } from './commands/approve.ts';
import { chaosCommand } from './commands/chaos.ts';
import { deployCommand } from './commands/deploy.ts';
import { doctorCommand } from './commands/doctor.ts';
import { dropCommand } from './commands/drop.ts';
import { envCommand } from './commands/env.ts';
import { logsCommand } from './commands/logs.ts';
import { promoteCommand } from './commands/promote.ts';
import { psCommand } from './commands/ps.ts';
import { recycleCommand } from './commands/recycle.ts';
import { rejectCommand } from './commands/reject.ts';
import { releasesCommand } from './commands/releases.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { rolloutCommand } from './commands/rollout.ts';
import { runCommand } from './commands/run.ts';
import { slackCommand } from './commands/slack.ts';
import { upCommand } from './commands/up.ts';
import { explainError } from './explain-error.ts';
import { projectRoot } from './home.ts';
import { InterruptedError } from './interrupt.ts';
import { printError } from './output.ts';

const EXIT_USER_ERROR = 1;
const EXIT_USAGE = 2;
/** EX_SOFTWARE of sysexits: a bug of ours. */
const EXIT_BUG = 70;
/** 128 + SIGINT, as shells have it. */
const EXIT_INTERRUPTED = 130;

const readVersion = (): string =>
  (JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }).version;

/** Sub-commands made on their own do not inherit how errors are handled. */
const adopt = (command: Command, parent: Command): void => {
  command.copyInheritedSettings(parent).option('--json', 'write results as JSON, for machines');
  for (const child of command.commands) adopt(child, command);
};

const createProgram = (): Command => {
  const program = new Command('kiln')
    .description('fires an application into a minimal, immutable machine image and keeps it serving')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--json', 'write results as JSON, for machines')
    // What follows a command's name is that command's: `kiln drop --version 2.0.0`.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError()
    .addHelpText(
      'after',
      `
KILN_HOME is where state lives (default ~/.kiln); KILN_ENDPOINT is where the
local cloud answers (default: where it was last started), or 'aws' for the
account that the AWS SDK's own settings name. Exit codes: 0 done, 1 an error
that you can mend, 2 wrong usage, 70 a bug of Kiln, 130 ended by Ctrl-C before
the work was done.`,
    );
  for (const create of [
    upCommand,
    dropCommand,
    releasesCommand,
    approvalsCommand,
    approveCommand,
    rejectCommand,
    promoteCommand,
    rollbackCommand,
    rolloutCommand,
    recycleCommand,
    chaosCommand,
    envCommand,
    slackCommand,
    psCommand,
    logsCommand,
    runCommand,
    deployCommand,
    doctorCommand,
  ]) {
    const command = create();
    adopt(command, program);
    program.addCommand(command);
  }
  return program;
};

const reportError = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof InterruptedError) return EXIT_INTERRUPTED;
  const explained = explainError(error);
  if (explained !== undefined) {
    if (explained.evidence !== '') process.stderr.write(`${explained.evidence}\n`);
    printError(explained.message, explained.suggestion);
    return EXIT_USER_ERROR;
  }
  printError(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT_BUG;
};

// `kiln logs hello | head` closes our output early, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
