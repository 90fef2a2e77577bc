import { CreateTagsCommand, EC2ServiceException, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Announce } from '../announce.ts';
import { takeBudget } from '../disruption/budget.ts';
import { RolloutInProgressError } from '../errors.ts';
import { BudgetSpentError, ChaosRefusedError } from '../disruption/errors.ts';
import type { Logger } from '../log.ts';
import type { EndReason } from '../machine/ended-machine.ts';
import type { InstanceId, InstanceInZone } from '../model.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import { takeLease } from '../rollout/lease.ts';
import { TAG } from '../tags.ts';
import type { ChaosKill } from './chaos-record.ts';
import { chooseVictims } from './choose-victim.ts';
import { mayKill } from './may-kill.ts';
import type { KillPermit, KillRequest, MayKillDeps } from './may-kill.ts';
import { amendKills, readChaosRecord, recordKills } from './record-kills.ts';
import { readServingGroup } from './serving-group.ts';

const ENDING: EndReason = 'chaos';

export interface KillMachineDeps extends MayKillDeps {
  readonly ec2: EC2Client;
  readonly announce: Announce;
  readonly log: Logger;
}

/** Machines that chaos has killed and whose group is not known to be whole again. */
export interface Kill {
  readonly killId: string;
  readonly app: string;
  readonly environment: string;
  readonly groupName: string;
  readonly targetGroupArn: string;
  readonly instanceIds: readonly InstanceId[];
  readonly trigger: KillRequest['trigger'];
  readonly executionArn: string;
  /** ISO 8601. */
  readonly at: string;
}

type Kills = readonly [ChaosKill, ...ChaosKill[]];

const refuse = ({ app, environment }: KillRequest, check: string, detail: string): ChaosRefusedError =>
  new ChaosRefusedError(app, environment, check, detail);

const killIdOf = ({ killId, executionArn }: KillRequest): string =>
  killId ?? `drill/${executionArn.split(':').at(-1) ?? executionArn}`;

const choose = (
  request: KillRequest,
  { group }: KillPermit,
  seed: string,
): readonly [InstanceInZone, ...InstanceInZone[]] => {
  const [first, ...others] = chooseVictims(seed, killIdOf(request), group.eligible, request);
  if (first === undefined)
    throw refuse(request, 'app', `no machine of it can be taken in zone '${request.zone ?? 'any'}'`);
  if (group.healthy.length === others.length + 1)
    throw refuse(request, 'app', `all of its machines are in zone '${first.zone}'`);
  return [first, ...others];
};

/** Holds the app and so many machines of the budget; who has them otherwise has said why. */
const hold = async (
  request: KillRequest,
  { environment, current, total }: KillPermit,
  machines: number,
  deps: KillMachineDeps,
): Promise<void> => {
  const { app, executionArn } = request;
  const { releaseId, configuration } = current;
  try {
    const record = await takeLease(
      environment.name,
      app,
      { executionArn, releaseId, configurationDigest: configuration.digest, trigger: 'chaos' },
      deps,
    );
    if (record.current?.groupName !== current.groupName)
      throw refuse(request, 'app', 'another release serves by now');
    await takeBudget(environment, { kind: 'chaos', app, machines, executionArn, total }, deps);
  } catch (error) {
    if (error instanceof RolloutInProgressError) throw refuse(request, 'app', error.message);
    throw error instanceof BudgetSpentError ? refuse(request, 'budget', error.message) : error;
  }
};

/** Everything is asked again under the lease and written down before anything happens to a machine. */
const prepare = async (request: KillRequest, deps: KillMachineDeps): Promise<Kills> => {
  const permit = await mayKill(request, deps);
  const [first, ...others] = choose(request, permit, deps.stack);
  await hold(request, permit, 1 + others.length, deps);
  const at = deps.clock.now().toISOString();
  const toKill = ({ instanceId, zone }: InstanceInZone): ChaosKill => ({
    killId: killIdOf(request),
    app: request.app,
    groupName: permit.current.groupName,
    instanceId,
    zone,
    kind: 'terminate',
    trigger: request.trigger,
    ...(request.by === undefined ? {} : { by: request.by }),
    executionArn: request.executionArn,
    at,
  });
  const kills = [toKill(first), ...others.map(toKill)] as const;
  await recordKills(permit.environment.name, kills, permit.environment.chaos, deps);
  return kills;
};

/**
 * Ends the machines as suddenly as an API can: EC2's `TerminateInstances` without the operating system's shutdown. Neither
 * Auto Scaling nor the balancer is told: nothing is deregistered or drained first, the app gets no signal, and the group
 * finds out by its health checks, as it would of a host that was lost. `TerminateInstanceInAutoScalingGroup` would be the
 * opposite: an orderly exit.
 */
const terminate = async (instanceIds: readonly InstanceId[], ec2: EC2Client): Promise<void> => {
  try {
    await ec2.send(
      new CreateTagsCommand({ Resources: [...instanceIds], Tags: [{ Key: TAG.ending, Value: ENDING }] }),
    );
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds], SkipOsShutdown: true }));
  } catch (error) {
    const gone = error instanceof EC2ServiceException && error.name === 'InvalidInstanceID.NotFound';
    if (!gone) throw error;
  }
};

/**
 * Looks a last time: a machine that was replaced or left the group meanwhile is left alone, and so are all if one did. After
 * a first attempt they may be gone because it came to kill them.
 */
const strike = async (
  kills: Kills,
  isAgain: boolean,
  request: KillRequest,
  deps: KillMachineDeps,
): Promise<Kill> => {
  const [{ killId, groupName, at, missed = 'it had left its group already' }] = kills;
  const { app, environment, executionArn, trigger } = request;
  const { current } = await readEnvironmentRecord(environment, app, deps);
  const group = current?.groupName === groupName ? await readServingGroup(current, deps) : undefined;
  const instanceIds = kills.map(({ instanceId }) => instanceId);
  const isThere = instanceIds.every((id) => group?.healthy.some(({ instanceId }) => instanceId === id));
  const isMissed = isAgain ? kills[0].missed !== undefined : !isThere;
  if (current === undefined || isMissed) {
    await amendKills(environment, (kill) => kill.killId === killId, { missed }, deps);
    throw refuse(request, 'gone', `${instanceIds.join(', ')}: ${missed}`);
  }
  if (isThere) await terminate(instanceIds, deps.ec2);
  const { targetGroupArn } = current;
  return { killId, app, environment, groupName, targetGroupArn, instanceIds, trigger, executionArn, at };
};

/**
 * Kills one machine of a group, or in a drill all of a zone, if nothing forbids it at the last moment; at most once for an
 * execution and for a kill's id. What it holds is given back by `waitForRecovery` or `giveUpRecovery`.
 * @throws ChaosRefusedError
 */
export const killMachine = async (
  request: KillRequest,
  deps: KillMachineDeps,
): Promise<{ readonly kill: Kill }> => {
  const { kills } = await readChaosRecord(request.environment, deps);
  const [mine, ...others] = kills.filter(({ executionArn }) => executionArn === request.executionArn);
  // An attempt before this one wrote them down; whether it came to kill them is seen by whether they are still there.
  const recorded: Kills = mine === undefined ? await prepare(request, deps) : [mine, ...others];
  const kill = await strike(recorded, mine !== undefined, request, deps);
  const { app, environment, trigger, killId, instanceIds } = kill;
  deps.log.info('machine killed', { app, environment, killId, instanceIds, trigger });
  await deps.announce('chaos.killed', {
    app,
    environment,
    killId,
    groupName: kill.groupName,
    instanceIds,
    zones: [...new Set(recorded.map(({ zone }) => zone))],
    trigger,
    ...(request.by === undefined ? {} : { by: request.by }),
    at: kill.at,
  });
  return { kill };
};
