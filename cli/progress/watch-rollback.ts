import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import type { DocumentStore } from '#pipeline/documents/document-store';
import type { Deployment, EnvironmentRecord } from '#pipeline/model';
import { readFailure } from '#pipeline/release/failure';
import { environmentKey } from '#pipeline/rollout/environment-record';
import type { CommandContext } from '../command-context.ts';
import { percentOf, readAppWeights } from '../rollouts/read-status.ts';
import { UserError } from '../user-error.ts';
import { readNote } from './read-note.ts';
import { readStates } from './read-states.ts';
import type { StatesOfExecution } from './read-states.ts';
import { isLiveIn, shownStates } from './rollout-states.ts';
import { showStates } from './show-states.ts';

const POLL_MILLISECONDS = 200;
/** A rollout obeys at its next step; its longest call takes 180 s. */
const EFFECT_TIMEOUT_MILLISECONDS = 300_000;

/** Stands for a version where nothing serves. */
const NOTHING = 'nothing';

/** How a rollback is done: the running rollout is undone, warm machines take over, or the older release is rolled out. */
export interface RollbackPlan {
  readonly kind: 'abort' | 'flip' | 'rollout';
  /** Release ids. */
  readonly from?: string;
  /** Null where nothing served before. */
  readonly to: string | null;
}

/** A rollback to be followed. */
export interface RollbackToWatch {
  readonly executionArn: string;
  readonly app: string;
  readonly environment: string;
}

type WatchDeps = Pick<CommandContext, 'connection' | 'documents' | 'clock' | 'output'> & {
  readonly signal: AbortSignal;
};

const readRecord = async (
  { app, environment }: RollbackToWatch,
  documents: Pick<DocumentStore, 'read'>,
): Promise<EnvironmentRecord> => {
  const record = await documents.read<EnvironmentRecord>(environmentKey(environment, app));
  return record ?? { app, environment, updatedAt: '' };
};

const readOutput = async (executionArn: string, { connection }: WatchDeps): Promise<RollbackPlan> => {
  const { output = '{}' } = await connection.states.send(new DescribeExecutionCommand({ executionArn }));
  return JSON.parse(output) as RollbackPlan;
};

/** What the rollback is, once that is settled; a rollout is as soon as its release serves. */
const readPlan = async (
  rollback: RollbackToWatch,
  found: StatesOfExecution | undefined,
  deps: WatchDeps,
): Promise<RollbackPlan | undefined> => {
  if (found?.error !== undefined) {
    const { reason, message } = readFailure(found.error.name, found.error.cause);
    const { app, environment } = rollback;
    throw new UserError(
      `'${app}' in '${environment}' was not rolled back (${reason}): ${message}`,
      reason === 'NothingToRollBackTo'
        ? `kiln promote ${app} --env ${environment} --version <version>, for one that kiln releases ${app} lists`
        : `kiln rollout status ${app} --env ${environment}`,
    );
  }
  if (found?.ended === true) return readOutput(rollback.executionArn, deps);
  if (found === undefined || !isLiveIn(found.states, rollback.environment)) return undefined;
  const { current } = await readRecord(rollback, deps.documents);
  return current === undefined ? undefined : { kind: 'rollout', to: current.releaseId };
};

const deploymentOf = (
  { current, warm, previous = [] }: EnvironmentRecord,
  to: string,
): Deployment | undefined =>
  [current, warm?.deployment, ...previous].find((deployment) => deployment?.releaseId === to);

/** Version of the release that the rollback goes to, once it has all of the traffic as the balancer says. */
const readEffect = async (
  rollback: RollbackToWatch,
  to: string | null | undefined,
  deps: WatchDeps,
): Promise<string | undefined> => {
  const record = await readRecord(rollback, deps.documents);
  if (to === undefined || to === null) return record.lease === undefined ? NOTHING : undefined;
  const deployment = deploymentOf(record, to);
  const weights = await readAppWeights(record, deps);
  if (deployment === undefined || weights === undefined) return undefined;
  return percentOf(weights, deployment.targetGroupArn) === 100 ? deployment.version : undefined;
};

/**
 * Follows a rollback until the release that it goes to has all of the traffic; version `nothing` where none served before.
 * @throws UserError when it fails, or takes no effect
 */
export const watchRollback = async (
  rollback: RollbackToWatch,
  deps: WatchDeps,
): Promise<RollbackPlan & { readonly version: string }> => {
  const { clock, connection, signal } = deps;
  const shown = showStates(deps.output);
  let plan: RollbackPlan | undefined;
  let effectiveBy = Number.POSITIVE_INFINITY;
  let end: Parameters<typeof shown.end>[0] = 'goes-on';
  try {
    for (;;) {
      signal.throwIfAborted();
      if (plan === undefined) {
        const found = await readStates(rollback.executionArn, connection.states);
        const states = shownStates(found?.states ?? [], rollback.environment);
        shown.update(states, await readNote({ app: rollback.app, releaseId: undefined }, states, deps));
        if (found?.ended === true) end = 'ended';
        plan = await readPlan(rollback, found, deps);
        if (plan !== undefined) effectiveBy = clock.now().getTime() + EFFECT_TIMEOUT_MILLISECONDS;
      }
      const version = plan === undefined ? undefined : await readEffect(rollback, plan.to, deps);
      if (plan !== undefined && version !== undefined) return { ...plan, version };
      if (clock.now().getTime() > effectiveBy) {
        throw new UserError(
          `'${plan?.to ?? 'nothing'}' has not all of the traffic ${EFFECT_TIMEOUT_MILLISECONDS / 1000} s after the rollback was decided`,
          `kiln doctor, and kiln rollout status ${rollback.app} --env ${rollback.environment}`,
        );
      }
      await clock.delay(POLL_MILLISECONDS);
    }
  } finally {
    shown.end(end);
  }
};
