/** Who makes a call. */
export interface Caller {
  /** `root` may do everything; `role` is held to its policies; `service` is the local cloud itself on behalf of AWS. */
  readonly kind: 'root' | 'role' | 'service';
  /** For example `arn:aws:sts::000000000000:assumed-role/bake-image/session`. */
  readonly arn: string;
  readonly accountId: string;
  /** The resource in whose name a service calls (`aws:SourceArn` in policies of resources), for `kind: 'service'`. */
  readonly sourceArn?: string;
  /** Name of the role whose policies apply, for `kind: 'role'`. */
  readonly roleName?: string;
}

/** Temporary or long-lived credentials that the local cloud handed out. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since the epoch; absent for long-lived keys. */
  readonly expiresAt?: number;
  readonly caller: Caller;
}

/** Hands out credentials and finds them again when a request is verified. */
export interface CredentialStore {
  /** Issues temporary credentials of a role; `lifetimeSeconds` defaults to 3600. */
  issueForRole(roleArn: string, sessionName: string, lifetimeSeconds?: number): IssuedCredentials;
  find(accessKeyId: string): IssuedCredentials | undefined;
}
