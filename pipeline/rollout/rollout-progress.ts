/** How far a rollout came, for people. */
export interface RolloutProgress {
  readonly releaseId: string;
  readonly version: string;
  readonly phase: 'launching' | 'shifting' | 'judging' | 'holding' | 'rolling-back';
  /** Index of the step and green's share in percent. */
  readonly step: number;
  readonly steps: readonly number[];
  readonly weight: number;
  /** What is being waited for, with figures. */
  readonly note: string;
  /** When the step is given up, ISO 8601. */
  readonly deadline?: string;
  /** Present where the judge cannot decide for want of requests: how many more green must answer. */
  readonly missingRequests?: number;
  readonly at: string;
}
