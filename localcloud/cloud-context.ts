import type { Clock } from './clock.ts';
import type { Faults } from './faults/faults.ts';
import type { History } from './history/history.ts';
import type { Caller, CredentialStore } from './identity.ts';
import type { Random } from './random.ts';
import type { Call, Peers } from './service.ts';
import type { Store } from './store.ts';

/** An event as EventBridge delivers it. */
export interface CloudEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds, `Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where a load balancer reaches a port of an instance on this host. */
export interface NetworkAddress {
  readonly host: string;
  readonly port: number;
}

/** One line of the local cloud's own log; constant message, values in fields. */
export type Log = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: object) => void;

/** Links that AWS has inside and no public API shows. Each is set by the service that owns it. */
export interface Backplane {
  /** EventBridge: puts an event of an AWS service (`aws.s3`, `aws.ec2`, ...) on the default bus; durable on return. */
  publish(event: Pick<CloudEvent, 'detail-type' | 'source' | 'resources' | 'detail'>): void;
  /** EC2: the address on this host behind a port of an instance; undefined while the instance does not run. */
  resolve(instanceId: string, port: number): Promise<NetworkAddress | undefined>;
  /** IAM: does the caller's policy allow the action on the resources? Returns the refusal text, or undefined. */
  refusal(caller: Caller, action: string, resources: readonly string[]): string | undefined;
  readonly credentials: CredentialStore;
}

/** What every service is created with. */
export interface CloudContext {
  readonly accountId: string;
  readonly region: string;
  /** Folder for files (objects, disks, instance folders), one sub-folder per service. */
  readonly stateDir: string;
  /** `http://127.0.0.1:<port>`; known once the gateway listens. */
  endpointUrl(): string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What goes wrong on purpose. */
  readonly faults: Faults;
  /** Calls and events, when somebody wants them written down. */
  readonly history: History;
  readonly peers: Peers;
  readonly backplane: Backplane;
  /** A call in the name of an AWS service (`autoscaling.amazonaws.com`): not held to a role's policies. */
  asService(principal: string): Call;
  /** A call in the name of a role. */
  asRole(roleArn: string, sessionName: string): Call;
}
