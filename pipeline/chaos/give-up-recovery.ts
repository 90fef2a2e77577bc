import type { Announce } from '../announce.ts';
import type { Logger } from '../log.ts';
import { readFailure } from '../release/failure.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { giveBack } from './give-back.ts';
import type { KillRequest } from './may-kill.ts';
import { readChaosRecord } from './record-kills.ts';

/** A kill that was refused, or after which the group did not become whole. */
export interface GiveUpRecoveryInput extends KillRequest {
  readonly error: string;
  readonly cause: string;
}

export interface GiveUpRecoveryDeps extends EnvironmentRecordDeps {
  readonly announce: Announce;
  readonly log: Logger;
}

/** Why there was no kill, or no recovery: the state machine fails with it. */
export interface GivenUp {
  readonly reason: string;
  readonly message: string;
  /** Whether a machine was killed. */
  readonly killed: boolean;
}

/** Gives back what the execution holds, and tells people where a machine was killed and the group is not whole. */
export const giveUpRecovery = async (
  input: GiveUpRecoveryInput,
  deps: GiveUpRecoveryDeps,
): Promise<GivenUp> => {
  const { app, environment, executionArn } = input;
  const { reason, message } = readFailure(input.error, input.cause);
  await giveBack(input, deps);
  const { kills } = await readChaosRecord(environment, deps);
  const mine = kills.filter(
    (kill) => kill.executionArn === executionArn && kill.missed === undefined && kill.wholeAt === undefined,
  );
  const [first] = mine;
  deps.log.info('kill given up', { app, environment, reason, message, killed: first !== undefined });
  if (first !== undefined)
    await deps.announce('chaos.unrecovered', {
      app,
      environment,
      killId: first.killId,
      instanceIds: mine.map(({ instanceId }) => instanceId),
      trigger: first.trigger,
      reason: message,
    });
  return { reason, message, killed: first !== undefined };
};
