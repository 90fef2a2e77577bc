import { Command } from 'commander';
import { runDecision } from '../approvals/run-decision.ts';
import type { DecisionOptions } from '../approvals/run-decision.ts';

/** `kiln approve <app>`: lets a release that awaits approval into its environment and follows the rollout. */
export const approveCommand = (): Command =>
  new Command('approve')
    .description('approve the release of an app that awaits it, and follow its rollout')
    .argument('<app>', 'the app')
    .option('--env <environment>', 'the environment, where several releases await approval')
    .option('--release <release>', 'the version or the release id, likewise')
    .option('--comment <text>', 'why; kept with the decision')
    .option('--no-wait', 'do not follow the rollout')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln approve hello\n  kiln approve hello --env prod --comment "looks good on dev" --no-wait',
    )
    .action((app: string, options: DecisionOptions, command: Command) =>
      runDecision(app, 'approve', options, command),
    );
