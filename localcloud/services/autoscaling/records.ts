import type { InstanceMaintenancePolicy, ScalingActivityStatusCode } from '@aws-sdk/client-auto-scaling';
import type { Collection, Store } from '../../store.ts';

/** Which launch template a group or an instance uses. */
export interface TemplateRecord {
  readonly id: string;
  readonly name: string;
  /** As the caller gave it; a number, `$Latest` or `$Default`. Always a number for an instance. */
  readonly version: string;
}

/** A tag of a group. */
export interface TagRecord {
  readonly key: string;
  readonly value: string;
  readonly propagate: boolean;
}

/** A subnet that a group may launch into. */
export interface SubnetRecord {
  readonly id: string;
  readonly zone: string;
}

/** A stored group. */
export interface GroupRecord {
  readonly name: string;
  readonly arn: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly template: TemplateRecord;
  readonly minSize: number;
  readonly maxSize: number;
  readonly desired: number;
  readonly subnets: readonly SubnetRecord[];
  readonly targetGroupArns: readonly string[];
  readonly healthCheckType: 'EC2' | 'ELB';
  readonly graceSeconds: number;
  readonly cooldownSeconds: number;
  readonly warmupSeconds?: number;
  readonly maintenancePolicy?: InstanceMaintenancePolicy;
  readonly protectNew: boolean;
  readonly tags: readonly TagRecord[];
  readonly suspended: readonly string[];
  /** Deletion was asked for: every instance is being terminated, then the group goes. */
  readonly deleting?: true;
  /** Failed launches in a row, when the last was and when the next may be tried, milliseconds since the epoch. */
  readonly backOff?: {
    readonly failures: number;
    readonly failedAt: number;
    readonly until: number;
    /** Zones that had no capacity: the next launches go elsewhere. */
    readonly zones?: readonly string[];
  };
}

/** Where an instance is in its life; the names are AWS's. */
export type LifecycleStateRecord = 'Pending' | 'InService' | 'Standby' | 'Terminating';

/** A stored instance of a group; written before the instance is asked for. */
export interface InstanceRecord {
  readonly group: string;
  /** `ClientToken` of the RunInstances call; the same call again answers the same instance. */
  readonly token: string;
  /** Absent until RunInstances answered. */
  readonly id?: string;
  readonly type?: string;
  readonly imageId?: string;
  readonly subnet: SubnetRecord;
  readonly template: TemplateRecord;
  readonly state: LifecycleStateRecord;
  readonly healthy: boolean;
  /** Unhealthy because its load balancer found it so; it stays unhealthy when its target recovers. */
  readonly failedCheck?: true;
  readonly protected: boolean;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly inServiceAt?: number;
  /** Target groups that it is registered with. */
  readonly registeredIn: readonly string[];
  readonly launchActivity: string;
  readonly terminateActivity?: string;
  /** Deregistered from these on its way out; it is terminated when it has drained in all of them. */
  readonly drainingIn?: readonly string[];
  /** TerminateInstances was called. */
  readonly terminated?: true;
  /** Client token of the LaunchInstances call that asked for it. */
  readonly request?: string;
  /** Unhealthy, and terminated once the group has its capacity without it. */
  readonly replacing?: true;
  /** The desired capacity does not include it (see `AutoScalingOptions`). */
  readonly uncounted?: true;
}

/** A LaunchInstances call; settled when each of its instances was launched or has failed. */
export interface LaunchRequestRecord {
  /** The client token. */
  readonly token: string;
  /** What was asked for: another request with the token is refused. */
  readonly parameters: string;
  readonly group: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  readonly retries: boolean;
  readonly subnet: SubnetRecord;
  readonly zoneId: string;
  readonly count: number;
  readonly launched: readonly { readonly id: string; readonly type: string }[];
  readonly failed: readonly { readonly code: string; readonly message: string }[];
}

/** A stored scaling activity. */
export interface ActivityRecord {
  readonly id: string;
  readonly group: string;
  readonly groupArn: string;
  readonly description: string;
  readonly cause: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly status: ScalingActivityStatusCode;
  readonly message?: string;
  readonly subnet: SubnetRecord;
}

/** Everything the service keeps, with changes that leave alone what others changed meanwhile. */
export interface AutoScalingRecords {
  readonly groups: Collection<GroupRecord>;
  readonly activities: Collection<ActivityRecord>;
  readonly requests: Collection<LaunchRequestRecord>;
  /** Instances of a group, or of all, oldest first. */
  instances(group?: string): InstanceRecord[];
  putInstance(instance: InstanceRecord): void;
  /** Changes members of an instance; undefined when it is gone. */
  changeInstance(instance: InstanceRecord, changes: Partial<InstanceRecord>): InstanceRecord | undefined;
  removeInstance(instance: InstanceRecord): void;
  /** Changes members of a group; does nothing when it is gone. */
  changeGroup(name: string, changes: Partial<GroupRecord>): void;
}

const instanceKey = ({ group, token }: InstanceRecord): string => `${group}/${token}`;

/** Opens the collections. */
export const openAutoScalingRecords = (store: Store): AutoScalingRecords => {
  const groups = store.collection<GroupRecord>('autoscaling.groups');
  const instances = store.collection<InstanceRecord>('autoscaling.instances');
  return {
    groups,
    activities: store.collection('autoscaling.activities'),
    requests: store.collection('autoscaling.launch-requests'),
    instances: (group) =>
      instances
        .list(group === undefined ? '' : `${group}/`)
        .toSorted((left, right) => left.launchedAt - right.launchedAt),
    putInstance: (instance) => instances.put(instanceKey(instance), instance),
    changeInstance: (instance, changes) => {
      const current = instances.get(instanceKey(instance));
      if (current === undefined) return undefined;
      const changed = { ...current, ...changes };
      instances.put(instanceKey(instance), changed);
      return changed;
    },
    removeInstance: (instance) => {
      instances.delete(instanceKey(instance));
    },
    changeGroup: (name, changes) => {
      const current = groups.get(name);
      if (current !== undefined) groups.put(name, { ...current, ...changes });
    },
  };
};
