/** How recycling fares with the group that serves; gone with the group. */
export interface RecyclingState {
  readonly groupName: string;
  /** Replacements in a row that never became healthy. */
  readonly failures: number;
  readonly lastFailure?: string;
  /** When what was planned came to nothing last, ISO 8601. */
  readonly triedAt?: string;
  /** Nothing is recycled any more until people clear it or another release serves; ISO 8601. */
  readonly blockedSince?: string;
  /** Why it was passed over when it was last due, for people. */
  readonly skipped?: { readonly reason: string; readonly at: string };
}
