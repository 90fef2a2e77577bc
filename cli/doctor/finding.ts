/** What `kiln doctor` found out about one thing that Kiln needs. */
export interface Finding {
  readonly check: string;
  /** `note`: works, but is worth knowing. `blocked`: an app that goes nowhere until somebody does something. */
  readonly status: 'ok' | 'note' | 'missing' | 'blocked';
  readonly found: string;
  /** What to do; always where something is missing or blocked. */
  readonly remedy?: string;
}
