import type { CommandContext } from '../command-context.ts';
import type { RunningStep } from '../live-line.ts';
import { countText } from './count-text.ts';
import { describeReplacement } from './describe-replacement.ts';
import { readReplacement } from './read-replacement.ts';
import type { ReplacementNow } from './read-replacement.ts';

const POLL_MILLISECONDS = 500;
/** Each poll asks for every replacement that runs, twice. */
const POLL_MANY_MILLISECONDS = 5000;
const MANY = 10;

/** How a replacement ended. */
export interface ReplacementOutcome {
  readonly environment: string;
  readonly app: string;
  readonly executionArn: string;
  readonly status: ReplacementNow['status'];
  /** Machines in all batches. */
  readonly replaced: number;
  readonly reason?: string;
  readonly message?: string;
}

type FollowDeps = Pick<CommandContext, 'connection' | 'clock' | 'output'> & { readonly signal: AbortSignal };

const outcomeOf = ({ executionArn, status, batch, failure }: ReplacementNow): ReplacementOutcome => {
  const { environment, app, retire, launched, replaced = 0 } = batch;
  // One that was planned and not launched made way for a rollout.
  const last = status === 'SUCCEEDED' && launched !== undefined ? retire.length : 0;
  return { environment, app, executionArn, status, replaced: replaced + last, ...failure };
};

const endStep = (step: RunningStep, { status, replaced, message }: ReplacementOutcome): void => {
  if (status === 'SUCCEEDED') step.done(`${countText(replaced, 'machine')} replaced`);
  else step.failed(message ?? status);
};

/** Follows replacements until each has ended, showing what each does. */
export const followReplacements = async (
  executionArns: readonly string[],
  { connection, clock, output, signal }: FollowDeps,
): Promise<readonly ReplacementOutcome[]> => {
  const steps = new Map<string, RunningStep>();
  const outcomes = new Map<string, ReplacementOutcome>();
  try {
    for (;;) {
      const open = executionArns.filter((arn) => !outcomes.has(arn));
      if (open.length === 0) break;
      signal.throwIfAborted();
      for (const now of await Promise.all(open.map((arn) => readReplacement(arn, connection)))) {
        const { executionArn, batch } = now;
        const step = steps.get(executionArn) ?? output.step(`${batch.app} in ${batch.environment}`);
        steps.set(executionArn, step);
        if (now.status === 'RUNNING') step.detail(describeReplacement(now));
        else {
          outcomes.set(executionArn, outcomeOf(now));
          endStep(step, outcomeOf(now));
        }
      }
      await clock.delay(open.length > MANY ? POLL_MANY_MILLISECONDS : POLL_MILLISECONDS);
    }
  } finally {
    for (const [arn, step] of steps) if (!outcomes.has(arn)) step.leave();
  }
  return executionArns.map((arn) => outcomes.get(arn)).filter((outcome) => outcome !== undefined);
};
