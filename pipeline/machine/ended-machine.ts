import type { InstanceId } from '../model.ts';

/** Why a machine ended. */
export type EndReason =
  /** Another release took its place, or its rollout was rolled back. */
  | 'release'
  /** It was older than its environment allows. */
  | 'age'
  | 'chaos'
  /** The balancer or EC2 found it unhealthy. */
  | 'unhealthy'
  /** Its own timer powered it off. */
  | 'dead-man'
  /** Its app ended, or it powered itself off for another reason. */
  | 'app-ended'
  /** EC2 took it: a Spot interruption, a failing host. */
  | 'interrupted'
  /** The capacity was lowered: by a person, off-hours. */
  | 'capacity'
  | 'smoke-test'
  /** Somebody terminated it by hand. */
  | 'by-hand';

/** The black box of a machine: `kiln/ended/<environment>/<app>/<instanceId>.json`. */
export interface EndedMachine {
  readonly instanceId: InstanceId;
  readonly app: string;
  readonly environment: string;
  readonly version: string;
  readonly releaseId: string;
  readonly zone: string;
  readonly groupName?: string;
  readonly reason: EndReason;
  /** What EC2 and Auto Scaling say, for people. */
  readonly detail: string;
  /** ISO 8601. */
  readonly launchedAt: string;
  readonly endedAt: string;
  readonly ageSeconds: number;
  /** The last 64 KB of its console; absent when EC2 no longer had it. */
  readonly console?: string;
}

/** Where a black box stands in the bucket. */
export const endedMachineKey = ({
  environment,
  app,
  instanceId,
}: Pick<EndedMachine, 'environment' | 'app' | 'instanceId'>): string =>
  `kiln/ended/${environment}/${app}/${instanceId}.json`;
