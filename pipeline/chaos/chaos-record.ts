import type { ChaosKind } from '../environments/environment.ts';
import type { InstanceId } from '../model.ts';

/** One machine that chaos ended, written before it is. */
export interface ChaosKill {
  /** `<environment>/<app>/<local date>` for the schedule's, `drill/<execution name>` for a person's. */
  readonly killId: string;
  readonly app: string;
  readonly groupName: string;
  readonly instanceId: InstanceId;
  readonly zone: string;
  readonly kind: ChaosKind;
  readonly trigger: 'schedule' | 'drill';
  readonly by?: string;
  readonly executionArn: string;
  /** ISO 8601. */
  readonly at: string;
  /** When the group had all of its machines healthy again. */
  readonly wholeAt?: string;
  readonly recoverySeconds?: number;
  /** Why it was not killed after all: it was gone already. */
  readonly missed?: string;
}

/** What chaos would have done, had it not been on the leash. */
export interface LeashedKill {
  readonly killId: string;
  readonly app: string;
  readonly instanceId: InstanceId;
  readonly at: string;
}

/** What chaos did in an environment, the newest first, of the last 35 days: `kiln/chaos/<environment>.json`. */
export interface ChaosRecord {
  readonly environment: string;
  readonly updatedAt: string;
  readonly kills: readonly ChaosKill[];
  /** Kept so that each is said once. */
  readonly leashed?: readonly LeashedKill[];
}

/** Where the document stands in the bucket. */
export const chaosKey = (environment: string): string => `kiln/chaos/${environment}.json`;
