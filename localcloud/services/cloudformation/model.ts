/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** A template's resource as written. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Json;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A template's parameter as written. */
export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number | boolean;
  readonly AllowedValues?: readonly (string | number | boolean)[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinLength?: number | string;
  readonly MaxLength?: number | string;
  readonly MinValue?: number | string;
  readonly MaxValue?: number | string;
  readonly NoEcho?: boolean | string;
  readonly Description?: string;
}

/** A template's output as written. */
export interface TemplateOutput {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

/** A template, intrinsic functions in their long form. */
export interface Template {
  readonly Description?: string;
  readonly Parameters: Readonly<Record<string, TemplateParameter>>;
  readonly Mappings: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly Conditions: Json;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, TemplateOutput>>;
}

/** A parameter's value in a stack. */
export interface ParameterValue {
  readonly key: string;
  /** As given; the name for a type that reads from Parameter Store. */
  readonly value: string;
  /** What it resolved to, for types that read from Parameter Store. */
  readonly resolved?: string;
}

/** An output of a stack. */
export interface OutputValue {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** Whatever of a stack changes with an update and comes back with a rollback. */
export interface StackContent {
  readonly templateBody: string;
  readonly parameters: readonly ParameterValue[];
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly outputs: readonly OutputValue[];
}

/** Statuses of a stack that the local cloud uses. */
export type StackState =
  | 'REVIEW_IN_PROGRESS'
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'CREATE_FAILED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED';

/** A stack. Times in milliseconds since the epoch. */
export interface StackRecord extends StackContent {
  readonly stackId: string;
  readonly name: string;
  readonly status: StackState;
  readonly statusReason?: string;
  readonly created: number;
  readonly updated?: number;
  readonly deleted?: number;
  readonly onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  readonly roleArn?: string;
  readonly terminationProtection: boolean;
  /** Logical ids that a deletion leaves. */
  readonly retained?: readonly string[];
  /** While an update runs: what to go back to. */
  readonly previous?: StackContent;
}

/** A resource that really exists. */
export interface Incarnation {
  readonly physicalId: string;
  /** Resolved and coerced. */
  readonly properties: Json;
  readonly attributes: Json;
  readonly dependsOn: readonly string[];
  /** `Retain`, `RetainExceptOnCreate` or `Delete`. */
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
}

/** Statuses of a stack's resource. */
export type ResourceState =
  `${'CREATE' | 'UPDATE' | 'DELETE'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}` | 'DELETE_SKIPPED';

/** A resource of a stack; its current incarnation, and during an update the one it had before. */
export interface ResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  readonly status: ResourceState;
  readonly statusReason?: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Last part of generated names of the incarnation that is being made or was made last. */
  readonly suffix: string;
  readonly current?: Incarnation;
  readonly previous?: Incarnation;
  /** What the running update does to it; `remove`: `previous` goes in the clean-up, and the record with it. */
  readonly change?: 'add' | 'modify' | 'replace' | 'remove';
  /** A rollback has been over it. */
  readonly restored?: true;
  /** Set as soon as something exists, before the incarnation is complete. */
  readonly startedId?: string;
}

/** An event of a stack. */
export interface StackEventRecord {
  readonly eventId: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: ResourceState | StackState;
  readonly reason?: string;
  readonly properties?: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** A change set: stack content that waits to be executed. */
export interface ChangeSetRecord {
  readonly changeSetId: string;
  readonly name: string;
  readonly stackId: string;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly statusReason?: string;
  readonly executionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_COMPLETE';
  readonly description?: string;
  readonly content: Omit<StackContent, 'outputs'>;
  readonly changes: readonly ResourceChange[];
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** What an update would do to a resource. */
export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly replacement?: 'True' | 'False' | 'Conditional';
}
