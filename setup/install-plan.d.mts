/** What decides how Debian packages get installed. */
export interface InstallQuestion {
  readonly missing: readonly string[];
  readonly isRoot: boolean;
  /** Whether sudo works without a password. */
  readonly canSudo: boolean;
}

/** Commands that set-up runs, or the one that only the user can. */
export type InstallPlan = { readonly commands: string[][] } | { readonly userCommand: string };

/** How missing Debian packages get onto this host. */
export declare const planInstall: (question: InstallQuestion) => InstallPlan;
