import type { Rule, TagDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type {
  Activity,
  AutoScalingGroup,
  Instance as GroupInstance,
  TagDescription as GroupTag,
} from '@aws-sdk/client-auto-scaling';
import type { Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import type { InstanceId } from '#pipeline/model';
import type { Cause, Place } from '#test/invariants/history';
import type { HistoryWriter } from '../history-writer.ts';
import type { Random } from '../random.ts';
import type { Timeline } from '../timeline.ts';

/** Auto Scaling puts its group's name on every machine. */
export const GROUP_TAG = 'aws:autoscaling:groupName';

export type Tags = Map<string, string>;

/** A virtual machine. */
export interface Machine {
  readonly instanceId: InstanceId;
  readonly group: Group;
  readonly zone: string;
  readonly imageId: string;
  readonly launchedAt: number;
  /** Before, EC2 does not show it. */
  readonly visibleAt: number;
  readonly tags: Tags;
  lifecycle: 'Pending' | 'InService' | 'Standby' | 'Terminating';
  isProtected: boolean;
  /** False from the moment in which it serves nobody any more. */
  running: boolean;
  /** It has answered a health check: what its image is like no longer matters. */
  started: boolean;
  /** As its target group sees it. */
  target: 'none' | 'initial' | 'healthy' | 'unhealthy' | 'draining';
  /** As EC2 and Auto Scaling described it last, which they do again and again. */
  described?: Ec2Instance;
  listed?: GroupInstance;
}

/** An Auto Scaling group. */
export interface Group extends Place {
  readonly name: string;
  readonly release: string;
  readonly template: LaunchTemplate;
  readonly zones: readonly string[];
  readonly targetGroupArn: string;
  readonly graceSeconds: number;
  readonly createdAt: number;
  readonly tags: Tags;
  /** The same as Auto Scaling describes them. */
  readonly tagList: GroupTag[];
  readonly machines: Map<string, Machine>;
  readonly activities: Activity[];
  /** What LaunchInstances gave for each client token. */
  readonly launches: Map<string, readonly Machine[]>;
  cooldownSeconds: number;
  min: number;
  max: number;
  desired: number;
  attached: boolean;
  deleting: boolean;
  reconciling: boolean;
  /** As Auto Scaling described it last. */
  described?: AutoScalingGroup;
}

export interface LaunchTemplate {
  readonly name: string;
  readonly imageId: string;
  /** When a machine powers itself off, in seconds since its launch; the second is spread over machines. */
  readonly deadMan?: { readonly seconds: number; readonly jitterSeconds: number };
}

export interface TargetGroup extends Place {
  readonly arn: string;
  readonly name: string;
  drainSeconds: number;
  /** Whose machines are registered with it; undefined before it is made and after it is gone. */
  group: Group | undefined;
}

/** An image as EC2 has it, and how its machines turn out. */
export interface SimulatedImage {
  readonly imageId: string;
  readonly digest: string;
  readonly bootSeconds: number;
  /** Its machines never answer their health check. */
  sick: boolean;
  available: boolean;
}

export type ListenerRule = Rule & { readonly tags: readonly TagDescription[] };

/** What the account holds, and the conditions that people and nature change. */
export interface Account {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly history: HistoryWriter;
  readonly groups: Map<string, Group>;
  /** Also those that ended less than an hour ago. */
  readonly machines: Map<string, Machine>;
  readonly templates: Map<string, LaunchTemplate>;
  readonly images: Map<string, SimulatedImage>;
  /** By ARN. */
  readonly targetGroups: Map<string, TargetGroup>;
  /** By listener. */
  readonly rules: Map<string, ListenerRule[]>;
  /** How many rules name a target group, by its ARN. */
  readonly named: Map<string, number>;
  readonly alarms: Map<string, 'OK' | 'ALARM'>;
  /** Zones that have no capacity now. */
  readonly zonesOut: Set<string>;
  /** Whether LaunchInstances raises the desired capacity, which AWS's documentation implies but does not state. */
  readonly launchRaisesDesired: boolean;
  readonly subnets: ReadonlyMap<string, string>;
  /** Sabotage: recycling is told that a machine is healthy which is not yet. */
  readonly balancerLies: boolean;
  /** A machine that nobody replaced powers itself off. */
  readonly onDeadMan: () => void;
  made: number;
}

/** Whether the machine takes requests. */
export const serves = (machine: Machine): boolean =>
  machine.running && machine.target === 'healthy' && machine.lifecycle === 'InService';

/** The machines of a group that serve. */
export const servingMachines = (group: Group): Machine[] => [...group.machines.values()].filter(serves);

/** Who calls, as far as the account cares. */
export interface Caller {
  readonly name: string;
  readonly cause: Cause;
}

/** What happens by itself. */
export const NATURE: Caller = { name: 'world', cause: 'external' };

/** Something that the group did, as its scaling activities tell. */
export const noteActivity = (
  group: Group,
  now: number,
  activity: Pick<Activity, 'Description' | 'StatusCode' | 'Cause'>,
): void => {
  group.activities.unshift({
    ActivityId: `${group.name}/${group.activities.length}`,
    AutoScalingGroupName: group.name,
    StartTime: new Date(now),
    ...activity,
    Cause: activity.Cause,
    StatusCode: activity.StatusCode,
  });
  if (group.activities.length > 50) group.activities.pop();
};
