import type { Announce } from '../announce.ts';
import { poll } from '../clock.ts';
import { GroupNotWholeError } from '../disruption/errors.ts';
import type { Logger } from '../log.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { releaseLease } from '../rollout/lease.ts';
import { giveBack } from './give-back.ts';
import type { Kill } from './kill-machine.ts';
import { amendKills } from './record-kills.ts';
import { readServingGroup } from './serving-group.ts';
import type { ServingGroup, ServingGroupDeps } from './serving-group.ts';

const LOOK_MILLISECONDS = 500;
const LONGEST_LOOK_MILLISECONDS = 4000;
/** Of the function's minute: what is between two looks of the state machine is not seen. */
const LOOKING_MILLISECONDS = 20_000;

export interface WaitForRecoveryDeps extends EnvironmentRecordDeps, ServingGroupDeps {
  readonly announce: Announce;
  readonly log: Logger;
}

/** How a kill ended: `replaced`, when another release took over before the group was whole. */
export interface Recovery {
  readonly outcome: 'recovered' | 'replaced';
  readonly seconds?: number;
}

/** Auto Scaling calls a machine in service, and the balancer healthy, until their checks have noticed. */
const isWhole = (group: ServingGroup | undefined, { instanceIds }: Kill): boolean =>
  group !== undefined &&
  group.whole &&
  !group.healthy.some(({ instanceId }) => instanceIds.includes(instanceId));

/** The group that was hit; or that it is gone, or that another release serves by now. */
const look = async (kill: Kill, deps: WaitForRecoveryDeps): Promise<ServingGroup | 'gone' | 'replaced'> => {
  const { app, environment, executionArn, groupName } = kill;
  const record = await readEnvironmentRecord(environment, app, deps);
  if (record.current?.groupName !== groupName) return 'replaced';
  const { lease, waiting } = record;
  const isWanted = waiting !== undefined || lease?.abort !== undefined;
  // The kill is done; a rollout may be what heals the app.
  if (isWanted && lease?.executionArn === executionArn)
    await releaseLease(environment, app, executionArn, deps);
  return (await readServingGroup(kill, deps)) ?? 'gone';
};

const finish = async (kill: Kill, deps: WaitForRecoveryDeps): Promise<Recovery> => {
  const { app, environment, killId, instanceIds } = kill;
  const wholeAt = deps.clock.now();
  const seconds = (wholeAt.getTime() - Date.parse(kill.at)) / 1000;
  await amendKills(
    environment,
    (each) => each.killId === killId,
    { wholeAt: wholeAt.toISOString(), recoverySeconds: seconds },
    deps,
  );
  await giveBack(kill, deps);
  deps.log.info('group recovered', { app, environment, killId, seconds });
  await deps.announce('chaos.recovered', {
    app,
    environment,
    killId,
    instanceIds,
    trigger: kill.trigger,
    seconds,
  });
  return { outcome: 'recovered', seconds };
};

/**
 * Looks for 20 seconds whether the group has all of its machines again, healthy for Auto Scaling and the balancer; then the
 * kill's recovery is recorded and told, and the app is free.
 * @throws GroupNotWholeError to be called again
 */
export const waitForRecovery = async (
  { kill }: { readonly kill: Kill },
  deps: WaitForRecoveryDeps,
): Promise<Recovery> => {
  let seen: ServingGroup | undefined;
  const interval = {
    intervalMilliseconds: LOOK_MILLISECONDS,
    longestMilliseconds: LONGEST_LOOK_MILLISECONDS,
    timeoutMilliseconds: LOOKING_MILLISECONDS,
    waitedMilliseconds: deps.clock.now().getTime() - Date.parse(kill.at),
  };
  const outcome = await poll(deps.clock, interval, async () => {
    const found = await look(kill, deps);
    if (found === 'replaced') return 'replaced' as const;
    seen = found === 'gone' ? undefined : found;
    return isWhole(seen, kill) ? ('recovered' as const) : undefined;
  });
  if (outcome === 'recovered') return finish(kill, deps);
  if (outcome === undefined)
    throw new GroupNotWholeError(kill.groupName, seen?.healthy.length ?? 0, seen?.desired ?? 0);
  await giveBack(kill, deps);
  return { outcome };
};
