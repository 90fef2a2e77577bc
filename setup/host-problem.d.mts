/** What set-up needs to know of a host. */
export interface Host {
  /** Without the leading `v`. */
  readonly nodeVersion: string;
  /** `process.platform`. */
  readonly platform: string;
  /** Whether `dpkg-query` is there. */
  readonly isDebian: boolean;
}

/** Why Kiln cannot be set up on this host, with what to do about it; undefined when it can. */
export declare const hostProblem: (host: Host) => { message: string; suggestion: string } | undefined;
