/** What `kiln doctor` found out about one thing that Kiln needs. */
export interface Finding {
  readonly check: string;
  /** `note`: works, but is worth knowing. */
  readonly status: 'ok' | 'note' | 'missing';
  readonly found: string;
  /** What to do; only where something is missing. */
  readonly remedy?: string;
}
