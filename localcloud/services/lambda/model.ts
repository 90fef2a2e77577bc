import type { DestinationConfig, LoggingConfig, Runtime } from '@aws-sdk/client-lambda';

/** A function's configuration: what a published version freezes. */
export interface FunctionSettings {
  readonly runtime: Runtime;
  readonly role: string;
  readonly handler: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Told to the function's owner only: `/tmp` is a folder of the host. */
  readonly ephemeralStorageMB: number;
  readonly architectures: readonly ('x86_64' | 'arm64')[];
  readonly logging: LoggingConfig;
  readonly tracingMode: 'Active' | 'PassThrough';
  /** The queue for events that asynchronous invocations gave up on. */
  readonly deadLetterArn?: string;
}

/** A function's code: a zip that is kept by its digest. */
export interface FunctionCodeRef {
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Code and configuration together: `$LATEST` or a published version. */
export interface Revision {
  readonly settings: FunctionSettings;
  readonly code: FunctionCodeRef;
  readonly revisionId: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

/** A statement of a function's resource-based policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | { readonly Service: string } | { readonly AWS: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A function. */
export interface FunctionRecord {
  readonly name: string;
  readonly latest: Revision;
  /** Number of the last published version; 0 before the first. */
  readonly lastVersion: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
}

/** A published version, which never changes. */
export interface VersionRecord extends Revision {
  readonly name: string;
  readonly version: string;
}

/** A name for a version. */
export interface AliasRecord {
  readonly name: string;
  readonly alias: string;
  readonly version: string;
  readonly description: string;
  readonly revisionId: string;
}

/** How asynchronous invocations of a function, version or alias are retried. */
export interface EventInvokeRecord {
  readonly name: string;
  readonly qualifier: string;
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeSeconds?: number;
  readonly destinations: DestinationConfig;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

/** What an invocation runs. */
export interface InvocationTarget extends Revision {
  readonly name: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** With the qualifier that the invoker used. */
  readonly invokedArn: string;
  readonly reservedConcurrency?: number;
}
