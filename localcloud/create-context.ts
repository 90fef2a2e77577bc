import type { Backplane, CloudContext } from './cloud-context.ts';
import type { CallDoor } from './faults/call-door.ts';
import { createCallDoor } from './faults/call-door.ts';
import { createFaults } from './faults/faults.ts';
import { noHistory } from './history/history.ts';
import type { Caller } from './identity.ts';
import { createPeers } from './peers.ts';
import type { Call, Service } from './service.ts';

/** The account of the local cloud. */
export const localAccountId = '000000000000';

/** A context and the two things that are known only after it: the services and the gateway's address. */
export interface PendingContext {
  readonly context: CloudContext;
  readonly services: Map<string, Service>;
  /** Where every call goes through. */
  readonly door: CallDoor;
  /** Adds a service and the links of the backplane that it owns. */
  addService(service: Service): void;
  setEndpointUrl(url: string): void;
}

const unset = (link: string): never => {
  throw new Error(`the local cloud runs without a service that provides '${link}'`);
};

const createBackplane = (
  owned: Partial<Backplane>,
  log: CloudContext['log'],
  enforcePermissions: boolean,
): Backplane => ({
  publish: (event) => {
    if (owned.publish === undefined) log('debug', 'event dropped: no event service', { event });
    else owned.publish(event);
  },
  resolve: (instanceId, port) => owned.resolve?.(instanceId, port) ?? unset('resolve'),
  refusal: (caller, action, resources) => {
    if (!enforcePermissions || caller.kind !== 'role') return undefined;
    return owned.refusal === undefined ? unset('refusal') : owned.refusal(caller, action, resources);
  },
  credentials: {
    issueForRole: (roleArn, sessionName, lifetimeSeconds) =>
      owned.credentials?.issueForRole(roleArn, sessionName, lifetimeSeconds) ?? unset('credentials'),
    find: (accessKeyId) => owned.credentials?.find(accessKeyId),
  },
});

const roleCaller = (roleArn: string, sessionName: string): Caller => {
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const arn = `arn:aws:sts::${localAccountId}:assumed-role/${roleName}/${sessionName}`;
  return { kind: 'role', arn, accountId: localAccountId, roleName };
};

/** What a context is made of; the rest it provides itself. */
export type ContextParts = Pick<CloudContext, 'region' | 'stateDir' | 'store' | 'clock' | 'random' | 'log'> &
  Partial<Pick<CloudContext, 'faults' | 'history'>> & {
    readonly enforcePermissions: boolean;
  };

/** Builds the context before the services that it will hold. */
export const createContext = ({ enforcePermissions, ...parts }: ContextParts): PendingContext => {
  const services = new Map<string, Service>();
  const owned: Partial<Backplane> = {};
  const backplane = createBackplane(owned, parts.log, enforcePermissions);
  let endpointUrl: string | undefined;

  const callAs = (caller: Caller): Call => ({ requestId: parts.random.uuid(), caller });
  const context: CloudContext = {
    faults: createFaults(),
    history: noHistory,
    ...parts,
    accountId: localAccountId,
    peers: createPeers(
      services,
      { backplane, region: parts.region, accountId: localAccountId },
      (call, run) => door(call, run),
    ),
    backplane,
    endpointUrl: () => endpointUrl ?? unset('endpointUrl'),
    asService: (principal) => callAs({ kind: 'service', arn: principal, accountId: localAccountId }),
    asRole: (roleArn, sessionName) => callAs(roleCaller(roleArn, sessionName)),
  };
  const door = createCallDoor(context);
  return {
    context,
    services,
    door,
    addService: (service) => {
      services.set(service.facts.name, service);
      Object.assign(owned, service.backplane);
    },
    setEndpointUrl: (url) => {
      endpointUrl = url;
    },
  };
};
