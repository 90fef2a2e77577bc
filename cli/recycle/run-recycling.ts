import type { FleetGroup, RecyclingPlan } from '#pipeline/recycle/fleet';
import { callerArn } from '../caller.ts';
import type { CommandContext } from '../command-context.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import { onInterrupt } from '../interrupt.ts';
import { STACK_NAME } from '../stack.ts';
import { UserError } from '../user-error.ts';
import { countText } from './count-text.ts';
import { followReplacements } from './follow-replacements.ts';
import type { ReplacementOutcome } from './follow-replacements.ts';
import { planNow } from './plan-now.ts';
import { readFleetNow } from './read-fleet-now.ts';
import { recycleNow } from './recycle-now.ts';
import type { RecyclingRequested } from './recycle-now.ts';
import { heldLines, skippedLines } from './render-outlook.ts';
import { renderPlan } from './render-plan.ts';

/** What is to be replaced. */
export interface RecyclingWish {
  readonly app: string | undefined;
  readonly env?: string;
  readonly all?: true;
  readonly evenIfOverdue?: true;
  readonly wait: boolean;
}

/** @throws UserError where one failed */
const refuseFailures = (outcomes: readonly ReplacementOutcome[]): void => {
  const failed = outcomes.filter(({ status }) => status !== 'SUCCEEDED');
  if (failed.length === 0) return;
  const what = failed.map(
    ({ app, environment, status, reason = status, message = '' }) =>
      `machines of '${app}' in '${environment}' were not all replaced (${reason})${message === '' ? '' : `: ${message}`}`,
  );
  throw new UserError(what.join('; '), 'kiln doctor; the old machines serve on');
};

/** What stays and why, from a plan of our own: the function's says only what it did. */
const planHere = async (
  { app, env, all, evenIfOverdue }: RecyclingWish,
  context: CommandContext,
): Promise<{ readonly plan: RecyclingPlan; readonly fleet: readonly FleetGroup[] }> => {
  const now = context.clock.now().getTime();
  const found = await readFleetNow({ app, environment: env }, context);
  const request = { app, now, seed: STACK_NAME, all: all === true, evenIfOverdue: evenIfOverdue === true };
  return { plan: planNow(found, request), fleet: found.fleet };
};

/** @throws UserError when none of what was planned was started */
const explainNothing = async (
  { executionArn, notStarted }: RecyclingRequested,
  wish: RecyclingWish,
  context: CommandContext,
): Promise<void> => {
  if (notStarted > 0)
    throw new UserError(
      `${countText(notStarted, 'replacement')} could not be started: Step Functions refused`,
      'kiln recycle --now again; the schedule tries as well',
    );
  const { plan, fleet } = await planHere(wish, context);
  const { skipped, passedOver, held } = plan;
  context.output.result(
    { executionArn, replacements: [], skipped, passedOver, held },
    renderPlan({ ...plan, replacements: [] }, fleet),
  );
};

/**
 * Replaces what is due, or everything, and follows it to its end.
 * @throws UserError where a replacement failed
 */
export const runRecycling = async (wish: RecyclingWish, context: CommandContext): Promise<void> => {
  const { app, env, all, evenIfOverdue, wait } = wish;
  const { clock, connection, output, stack } = context;
  const signal = onInterrupt();
  const input = {
    requestedBy: await callerArn(connection),
    ...(env === undefined ? {} : { environment: findEnvironment(env, stack.environments).name }),
    ...(app === undefined ? {} : { app }),
    ...(all === undefined ? {} : { all }),
    ...(evenIfOverdue === undefined ? {} : { evenIfOverdue }),
  };
  // Before it starts: a group whose machines are replaced is busy.
  const { skipped, passedOver, held } = (await planHere(wish, context)).plan;
  const startedAt = clock.now().getTime();
  const requested = await recycleNow(input, { ...context, signal });
  const { executionArn, replacements, notStarted } = requested;
  if (replacements.length === 0) return explainNothing(requested, wish, context);
  for (const line of [...skippedLines({ skipped, passedOver }), ...heldLines({ held })])
    if (line !== '') output.line(line);
  if (notStarted > 0)
    output.warning(`${countText(notStarted, 'replacement')} could not be started: the schedule tries again`);
  const stayed = { skipped, passedOver, held };
  if (!wait) {
    const started = countText(replacements.length, 'replacement');
    output.result({ executionArn, replacements, ...stayed }, `${started} started: kiln ps`);
    return;
  }
  try {
    const outcomes = await followReplacements(replacements, { ...context, signal });
    const seconds = (clock.now().getTime() - startedAt) / 1000;
    const machines = countText(
      outcomes.reduce((sum, { replaced }) => sum + replaced, 0),
      'machine',
    );
    output.result(
      { executionArn, replacements: outcomes, seconds, ...stayed },
      `${machines} replaced in ${seconds.toFixed(1)} s`,
    );
    refuseFailures(outcomes);
  } finally {
    if (signal.aborted) output.line('the replacements go on: kiln ps');
  }
};
