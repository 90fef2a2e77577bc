import { Command } from 'commander';
import { runDecision } from '../approvals/run-decision.ts';
import type { DecisionOptions } from '../approvals/run-decision.ts';

/** `kiln reject <app>`: keeps a release that awaits approval out of its environment. */
export const rejectCommand = (): Command =>
  new Command('reject')
    .description('reject the release of an app that awaits approval; what serves goes on serving')
    .argument('<app>', 'the app')
    .option('--env <environment>', 'the environment, where several releases await approval')
    .option('--release <release>', 'the version or the release id, likewise')
    .option('--comment <text>', 'why; kept with the decision')
    .addHelpText('after', '\nExamples:\n  kiln reject hello --comment "wait for the fix of the login page"')
    .action((app: string, options: DecisionOptions, command: Command) =>
      runDecision(app, 'reject', options, command),
    );
