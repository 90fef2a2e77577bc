import type { DisruptionKind } from '../model.ts';

/** Machines that are out of service, or may be, by Kiln's doing. */
export interface Disruption {
  readonly kind: DisruptionKind;
  readonly app: string;
  readonly machines: number;
  /** Loses it when it no longer runs. */
  readonly executionArn: string;
  /** ISO 8601. */
  readonly since: string;
}

/** What recycling and chaos share in an environment: `kiln/budgets/<environment>.json`. */
export interface BudgetRecord {
  readonly environment: string;
  readonly updatedAt: string;
  readonly disruptions: readonly Disruption[];
  /** Somebody said that nothing may be disrupted: an outage. */
  readonly outage?: { readonly since: string; readonly by: string; readonly reason: string };
  /** Why recycling holds, so that it is said once and not at every plan. */
  readonly held?: { readonly since: string; readonly reason: string };
}

/** Where the document stands in the bucket. */
export const budgetKey = (environment: string): string => `kiln/budgets/${environment}.json`;
