import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client, Instance } from '@aws-sdk/client-ec2';
import type { Announce } from '../announce.ts';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { readInstance, SMOKE } from '../image/smoke-machine.ts';
import type { Logger } from '../log.ts';
import type { InstanceId } from '../model.ts';
import { GROUP_TAG, TAG } from '../tags.ts';
import { endReason } from './end-reason.ts';
import { endedMachineKey } from './ended-machine.ts';
import type { EndedMachine } from './ended-machine.ts';
import { readGroupEnd } from './group-end.ts';
import { isDeadMan, readLastWords } from './last-words.ts';

export interface RecordEndedMachineDeps {
  readonly ec2: EC2Client;
  readonly autoScaling: AutoScalingClient;
  readonly documents: Pick<DocumentStore, 'create'>;
  readonly announce: Announce;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stack: string;
}

/** From EC2's event: which machine ended, and when (ISO 8601). */
export interface MachineEnd {
  readonly instanceId: InstanceId;
  readonly endedAt: string;
}

/** EC2's texts may repeat each other; Auto Scaling's says more. */
const detailOf = ({ StateReason, StateTransitionReason }: Instance, cause: string | undefined): string =>
  [StateReason?.Message ?? StateTransitionReason, cause]
    .filter((text) => text !== undefined && text !== '')
    .join('; ');

const describe = async (
  { instanceId, endedAt }: MachineEnd,
  instance: Instance,
  tags: ReadonlyMap<string, string>,
  deps: RecordEndedMachineDeps,
): Promise<EndedMachine> => {
  const stateCode = instance.StateReason?.Code;
  const endedItself = stateCode === 'Client.InstanceInitiatedShutdown';
  const console = await readLastWords(instanceId, endedItself, deps);
  const ending = tags.get(TAG.ending);
  const isSmokeTest = tags.get(TAG.purpose) === SMOKE;
  const groupName = tags.get(GROUP_TAG);
  // Whoever ended it has said so: the group need not be asked.
  const asksGroup = ending === undefined && !isSmokeTest;
  const groupEnd = await readGroupEnd(asksGroup ? groupName : undefined, instanceId, deps.autoScaling);
  const launchedAt = instance.LaunchTime?.toISOString() ?? endedAt;
  const ageSeconds = Math.max(0, Math.round((Date.parse(endedAt) - Date.parse(launchedAt)) / 1000));
  return {
    instanceId,
    app: tags.get(TAG.app) ?? '',
    environment: tags.get(TAG.environment) ?? '',
    version: tags.get(TAG.release) ?? '',
    releaseId: tags.get(TAG.releaseId) ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    ...(groupName === undefined ? {} : { groupName }),
    reason: endReason({ ending, isSmokeTest, stateCode, isDeadMan: isDeadMan(console), ...groupEnd }),
    detail: detailOf(instance, groupEnd.cause),
    launchedAt,
    endedAt,
    ageSeconds,
    ...(console === undefined ? {} : { console }),
  };
};

/**
 * Writes the black box of a machine of this stack, once, and announces it. EC2 tells of every machine of the account: others
 * are left alone. Two to four calls a machine: what it was, its console, and its group where nobody said why it ends.
 */
export const recordEndedMachine = async (
  end: MachineEnd,
  deps: RecordEndedMachineDeps,
): Promise<{ readonly recorded: boolean }> => {
  const instance = await readInstance(end.instanceId, deps.ec2);
  const tags = new Map((instance?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const isOurs = tags.get(TAG.stack) === deps.stack && tags.has(TAG.app) && tags.has(TAG.environment);
  if (instance === undefined || !isOurs) return { recorded: false };
  const ended = await describe(end, instance, tags, deps);
  const recorded = await deps.documents.create(endedMachineKey(ended), ended);
  if (!recorded) return { recorded };
  const { console: _, ...facts } = ended;
  deps.log.info('machine ended', facts);
  await deps.announce('machine.ended', { ...ended });
  return { recorded };
};
