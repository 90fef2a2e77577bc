import type { InstanceStateName } from '@aws-sdk/client-ec2';
import type { Ec2State } from './deps.ts';
import type { InstanceRecord, StateReasonRecord } from './records.ts';

/** EC2's numbers for the states of an instance. */
export const STATE_CODES: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** State reasons with EC2's texts (API reference, StateReason). */
export const REASONS = {
  userTerminated: {
    code: 'Client.UserInitiatedShutdown',
    message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  },
  guestShutdown: {
    code: 'Client.InstanceInitiatedShutdown',
    message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  },
  launchFailed: {
    code: 'Server.InternalError',
    message: 'Server.InternalError: Internal error on launch',
  },
  crashed: { code: 'Server.InternalError', message: 'Server.InternalError: Internal error' },
} as const satisfies Record<string, StateReasonRecord>;

/** Publishes `EC2 Instance State-change Notification`. */
export const publishState = (state: Ec2State, { instanceId, state: name }: InstanceRecord): void => {
  const { region, accountId, backplane } = state.context;
  backplane.publish({
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    resources: [`arn:aws:ec2:${region}:${accountId}:instance/${instanceId}`],
    detail: { 'instance-id': instanceId, state: name },
  });
};

const transitionText = (reason: StateReasonRecord | undefined, now: number): string => {
  if (reason === undefined) return '';
  const who = reason.code.startsWith('Client.User') ? 'User initiated' : reason.code;
  return `${who} (${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} GMT)`;
};

/** Puts an instance in a state and announces it; nothing happens when it is there already or gone. */
export const changeState = (
  state: Ec2State,
  instanceId: string,
  name: InstanceStateName,
  reason?: StateReasonRecord,
): InstanceRecord | undefined => {
  const known = state.instances.get(instanceId);
  if (known === undefined || known.state === name) return known;
  const now = state.context.clock.now();
  const { stateReason: before, ...rest } = known;
  const keepsReason = name === 'terminated' || name === 'stopped';
  const stateReason = reason ?? (keepsReason ? before : undefined);
  const changed: InstanceRecord = {
    ...rest,
    state: name,
    stateTransitionReason: transitionText(stateReason, now),
    ...(stateReason === undefined ? {} : { stateReason }),
    ...(name === 'terminated' ? { terminatedAt: now } : {}),
  };
  state.context.store.transaction(() => {
    state.instances.put(instanceId, changed);
    publishState(state, changed);
  });
  return changed;
};
