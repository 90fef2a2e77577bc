import { readFailure } from '#pipeline/release/failure';
import { readServingGroup } from '#pipeline/chaos/serving-group';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import type { ChaosKill, ChaosRecord } from '#pipeline/chaos/chaos-record';
import type { Deployment } from '#pipeline/model';
import type { CommandContext } from '../command-context.ts';
import type { Note } from '../progress/read-note.ts';
import { readStates } from '../progress/read-states.ts';
import { showStates } from '../progress/show-states.ts';
import { UserError } from '../user-error.ts';
import type { LoadReport } from './send-load.ts';

const POLL_MILLISECONDS = 500;
/** Shown when it ends, as the error that it is. */
const CLEAN_UP = 'GiveUpRecovery';

/** A drill under way. */
export interface DrillToWatch {
  readonly executionArn: string;
  readonly app: string;
  readonly environment: string;
  /** What serves. */
  readonly current: Deployment;
}

type WatchDeps = Pick<CommandContext, 'connection' | 'documents' | 'clock' | 'output'> & {
  readonly signal: AbortSignal;
  /** What clients saw up to now; undefined without load. */
  readonly seen: () => LoadReport | undefined;
};

const readKills = async (
  { environment, executionArn }: DrillToWatch,
  { documents }: WatchDeps,
): Promise<readonly ChaosKill[]> => {
  const record = await documents.read<ChaosRecord>(chaosKey(environment));
  return (record?.kills ?? []).filter((kill) => kill.executionArn === executionArn);
};

/** What clients saw, in words; empty without load. */
export const describeLoad = (report: LoadReport | undefined): string =>
  report === undefined ? '' : `; ${report.requests} requests, ${report.failed} failed`;

const noteOf = async (drill: DrillToWatch, deps: WatchDeps): Promise<Note | undefined> => {
  const kills = await readKills(drill, deps);
  if (kills.length === 0) return undefined;
  const group = await readServingGroup(drill.current, deps.connection);
  const ids = kills.map(({ instanceId }) => instanceId);
  const healthy = (group?.healthy ?? []).filter(({ instanceId }) => !ids.includes(instanceId)).length;
  const state = `${healthy} of ${group?.desired ?? 0} machines healthy`;
  return { text: `${ids.join(', ')} killed: ${state}${describeLoad(deps.seen())}`, topic: state };
};

/**
 * Follows a drill until its group is whole again.
 * @returns the machines that it killed, with the time of their recovery
 * @throws UserError when it was refused, or the group does not recover
 */
export const watchDrill = async (drill: DrillToWatch, deps: WatchDeps): Promise<readonly ChaosKill[]> => {
  const { app, environment } = drill;
  const shown = showStates(deps.output);
  let end: Parameters<typeof shown.end>[0] = 'goes-on';
  try {
    for (;;) {
      deps.signal.throwIfAborted();
      const found = await readStates(drill.executionArn, deps.connection.states);
      const states = (found?.states ?? []).filter(({ state }) => state !== CLEAN_UP);
      shown.update(states, found?.ended === true ? undefined : await noteOf(drill, deps));
      if (found?.ended === true) {
        end = 'ended';
        if (found.error === undefined) return await readKills(drill, deps);
        const { reason, message } = readFailure(found.error.name, found.error.cause);
        throw new UserError(
          reason === 'ChaosRefused' ? message : `the drill failed (${reason}): ${message}`,
          `kiln rollout status ${app} --env ${environment}, and kiln chaos history --env ${environment}`,
        );
      }
      await deps.clock.delay(POLL_MILLISECONDS);
    }
  } finally {
    shown.end(end);
  }
};
