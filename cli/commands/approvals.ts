import { Command } from 'commander';
import { describeApproval } from '../approvals/describe-approval.ts';
import { readAllApprovals, readPendingApprovals } from '../approvals/read-approvals.ts';
import type { ShownApproval } from '../approvals/read-approvals.ts';
import { ageOf } from '../age.ts';
import { openContext } from '../command-context.ts';

interface ApprovalsOptions {
  readonly env?: string;
  readonly all?: true;
}

const decidedBy = ({ decisions }: ShownApproval): string =>
  decisions
    .map(({ decision, user, userName, via }) => `${decision} by ${userName ?? user} (${via})`)
    .join(', ') || '-';

/** `kiln approvals [app]`: what awaits approval, with its evidence; with `--all` everything that ever did. */
export const approvalsCommand = (): Command =>
  new Command('approvals')
    .description('list what awaits approval, with the evidence that speaks for it')
    .argument('[app]', 'only this app')
    .option('--env <environment>', 'only this environment')
    .option('--all', 'also what was decided, expired or superseded, without the evidence')
    .addHelpText('after', '\nExamples:\n  kiln approvals\n  kiln approvals hello --all')
    .action(async (app: string | undefined, options: ApprovalsOptions, command: Command) => {
      const context = await openContext(command);
      const { output } = context;
      const selection = { app, environment: options.env };
      const now = context.clock.now();
      if (options.all === true) {
        output.table(
          await readAllApprovals(selection, context),
          [
            { title: 'app', text: (approval: ShownApproval) => approval.app },
            { title: 'version', text: (approval: ShownApproval) => approval.version },
            { title: 'env', text: (approval: ShownApproval) => approval.environment },
            { title: 'status', text: (approval: ShownApproval) => approval.status },
            { title: 'asked', text: (approval: ShownApproval) => ageOf(approval.requestedAt, now) },
            { title: 'decisions', text: decidedBy },
          ],
          'nothing ever asked for approval',
        );
        return;
      }
      const pending = await readPendingApprovals(selection, context);
      const text = pending.map((approval) =>
        [
          ...describeApproval(approval, now),
          `  ${'decide'.padEnd(10)}  kiln approve ${approval.app} --env ${approval.environment}, or kiln reject ${approval.app} --env ${approval.environment} --comment "why"`,
        ].join('\n'),
      );
      output.result(pending, text.join('\n\n') || 'nothing awaits approval');
    });
