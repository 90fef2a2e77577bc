import { Command } from 'commander';
import { openContext } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { readApps } from '../environments/environment-records.ts';
import type { Selection } from '../environments/environment-records.ts';
import { onInterrupt } from '../interrupt.ts';
import { createJsonLines, createLiveBlock } from '../live-block.ts';
import { readStatus } from '../rollouts/read-status.ts';
import type { AppStatus } from '../rollouts/read-status.ts';
import { renderStatus } from '../rollouts/render-status.ts';
import { UserError } from '../user-error.ts';

const POLL_MILLISECONDS = 1000;

interface StatusOptions {
  readonly env?: string;
  readonly watch?: true;
}

/** @throws UserError for an app that is nowhere */
const readAll = async (selection: Selection, context: CommandContext): Promise<readonly AppStatus[]> => {
  const apps = await readApps(selection, context);
  if (apps.length === 0 && selection.app !== undefined) {
    const where = selection.environment === undefined ? 'any environment' : `'${selection.environment}'`;
    throw new UserError(
      `nothing of '${selection.app}' was ever rolled out in ${where}`,
      `kiln releases ${selection.app}`,
    );
  }
  return Promise.all(apps.map((app) => readStatus(app, context)));
};

const render = (all: readonly AppStatus[], now: Date): string =>
  all.map((status) => renderStatus(status, now)).join('\n\n') || 'no app yet: kiln drop <artifact>';

const isUnderWay = ({ record }: AppStatus): boolean =>
  record.lease !== undefined || record.waiting !== undefined;

/** What is news; ages and counts of requests are not. */
const topicOf = ({ record, shares, approval }: AppStatus): object => ({
  off: record.off?.since,
  rollout: [record.lease?.executionArn, record.lease?.abort, record.progress?.phase, record.progress?.step],
  others: [record.waiting?.executionArn, approval?.status, record.warm?.until],
  shares: shares?.map(({ version, percent, healthy, targets }) => [version, percent, healthy, targets]),
});

/** Draws the status anew until no rollout is under way any more; with `--json` an object per change. */
const watch = async (selection: Selection, context: CommandContext): Promise<void> => {
  const { clock, output } = context;
  const signal = onInterrupt();
  const block = output.json ? createJsonLines(process.stdout) : createLiveBlock(process.stdout);
  for (;;) {
    if (signal.aborted) output.line('what is under way goes on');
    signal.throwIfAborted();
    const all = await readAll(selection, context);
    if (output.json) block.update(JSON.stringify(all));
    else block.update(render(all, clock.now()), JSON.stringify(all.map(topicOf)));
    if (!all.some(isUnderWay)) return;
    await clock.delay(POLL_MILLISECONDS);
  }
};

const statusCommand = (): Command =>
  new Command('status')
    .description('show who serves how much, and how far the rollouts are that are under way')
    .argument('[app]', 'only this app')
    .option('--env <environment>', 'only this environment')
    .option('-w, --watch', 'go on until no rollout is under way; with --json one array a line')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln rollout status\n  kiln rollout status hello --env prod --watch',
    )
    .action(async (app: string | undefined, options: StatusOptions, command: Command) => {
      const context = await openContext(command);
      const selection = { app, environment: options.env };
      if (options.watch === true) {
        await watch(selection, context);
        return;
      }
      const all = await readAll(selection, context);
      context.output.result(all, render(all, context.clock.now()));
    });

/** `kiln rollout status [app]`: what serves, and what is under way. */
export const rolloutCommand = (): Command =>
  new Command('rollout').description('look at rollouts').addCommand(statusCommand());
