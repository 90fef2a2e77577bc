import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type * as AutoScaling from '@aws-sdk/client-auto-scaling';
import type * as CloudFormation from '@aws-sdk/client-cloudformation';
import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import type * as EBS from '@aws-sdk/client-ebs';
import type * as EC2 from '@aws-sdk/client-ec2';
import type * as ELB from '@aws-sdk/client-elastic-load-balancing-v2';
import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type * as IAM from '@aws-sdk/client-iam';
import type * as Lambda from '@aws-sdk/client-lambda';
import type * as S3 from '@aws-sdk/client-s3';
import type * as Scheduler from '@aws-sdk/client-scheduler';
import type * as SFN from '@aws-sdk/client-sfn';
import type * as SQS from '@aws-sdk/client-sqs';
import type * as SSM from '@aws-sdk/client-ssm';
import type * as STS from '@aws-sdk/client-sts';
import type { Command, SdkStreamMixin, StreamingBlobPayloadInputTypes } from '@smithy/types';
import type { Backplane, CloudContext } from './cloud-context.ts';
import type { Caller } from './identity.ts';

/** What every operation is told about the call besides its input. */
export interface Call {
  /** Goes back to the client as `x-amzn-requestid`. */
  readonly requestId: string;
  /** Who calls, as the signature or the calling service showed. */
  readonly caller: Caller;
  /** Fires when the client goes away or the local cloud stops. */
  readonly signal?: AbortSignal;
}

// The SDK types a streamed body by what its client accepts or returns; on the server it is a stream of bytes.
type StreamedInput<T> = {
  [K in keyof T]: Extract<T[K], Blob> extends never
    ? T[K]
    : Readable | Exclude<T[K], StreamingBlobPayloadInputTypes>;
};
type StreamedOutput<T> = {
  [K in keyof T]: Extract<T[K], SdkStreamMixin> extends never ? T[K] : Readable | Uint8Array | undefined;
};

/* oxlint-disable typescript/no-explicit-any -- the SDK's five type parameters are invariant: only `any` matches every client */
type InputOf<C> = C extends Command<any, infer Input, any, any, any> ? StreamedInput<Input> : never;
type OutputOf<C> =
  C extends Command<any, any, any, infer Output, any> ? StreamedOutput<Omit<Output, '$metadata'>> : never;
/* oxlint-enable typescript/no-explicit-any */

type CommandName<K> = K extends `${infer Operation}Command` ? Operation : never;
type InstanceOf<C> = C extends { prototype: infer Instance } ? Instance : never;

/**
 * Every operation of an SDK client module as a function from its input to its output, typed by the SDK:
 * `OperationsOf<typeof import('@aws-sdk/client-ec2')>['RunInstances']`.
 */
export type OperationsOf<Module> = {
  readonly [K in keyof Module as CommandName<K>]: (
    input: InputOf<InstanceOf<Module[K]>>,
    call: Call,
  ) => Promise<OutputOf<InstanceOf<Module[K]>>>;
};

/** The six wire protocols of the services that Kiln uses. */
export type Protocol = 'ec2' | 'query' | 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml';

/** Facts about a service that its SDK client does not export. */
export interface ServiceFacts {
  /** Key in `Peers` and prefix of IAM actions, for example `ec2` or `elasticloadbalancing`. */
  readonly name: PeerName;
  /** The service's name in the SigV4 credential scope; `monitoring` for CloudWatch. */
  readonly signingName: string;
  /** What its SDK client speaks. */
  readonly protocol: Protocol;
  /** What older or other clients speak to it; a request shows by its headers which one it is in. */
  readonly otherProtocols?: readonly Protocol[];
  /** XML namespace of answers (query, ec2, rest-xml). */
  readonly xmlNamespace?: string;
  /** API version, sent by query clients as `Version`. */
  readonly version?: string;
  /** `X-Amz-Target` prefix (json protocols), for example `AWSStepFunctions`. */
  readonly target?: string;
}

/** ARNs that an operation acts on, for the permission check; `['*']` where IAM has no resource for it. */
export type ResourcesOf<Operations> = {
  readonly [K in keyof Operations]?: Operations[K] extends (input: infer Input, call: Call) => unknown
    ? (input: Input) => readonly string[]
    : never;
};

/** Paths of the gateway that are not AWS API calls, for example Lambda function URLs. */
export interface HttpRoute {
  /** For example `/_lambda-url/`; must start with `/_`, which no bucket name does. */
  readonly prefix: string;
  /** Answers the request; nothing of it has been read or verified. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
}

/** A service as the gateway sees it. */
export interface Service {
  readonly facts: ServiceFacts;
  /** The SDK client module whose exported schemas describe the wire. */
  readonly module: object;
  /** Operation name to function; an operation that is absent answers 501 NotImplemented. */
  readonly operations: Readonly<Record<string, (input: never, call: Call) => unknown>>;
  readonly resources: Readonly<Record<string, (input: never) => readonly string[]>>;
  /** Resumes background work (machines, executions, schedules) from the stored state. */
  readonly start?: () => Promise<void>;
  /** Ends background work; everything needed later is stored already. */
  readonly stop?: () => Promise<void>;
  /** The links of the backplane that this service owns. */
  readonly backplane?: Partial<Backplane>;
  readonly httpRoutes?: readonly HttpRoute[];
}

/** Creates a service; called once for each service before any of them starts. */
export type ServiceFactory = (context: CloudContext) => Service;

/** Background work of a service. */
export interface Lifecycle {
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void>;
}

type Implementation<Operations> = {
  readonly [K in keyof Operations]?: Operations[K] extends (
    input: infer Input,
    call: Call,
  ) => Promise<infer Output>
    ? (input: Input, call: Call) => Promise<Output> | Output
    : never;
};

/**
 * Declares a service: `defineService(EC2, facts)({ RunInstances: (input, call) => ... })`. Curried, because passing
 * both in one call widens the SDK's literal types.
 */
export const defineService =
  <Module extends object>(module: Module, facts: ServiceFacts) =>
  (
    operations: Implementation<OperationsOf<Module>>,
    options: {
      readonly resources?: ResourcesOf<OperationsOf<Module>>;
      readonly lifecycle?: Lifecycle;
      readonly backplane?: Partial<Backplane>;
      readonly httpRoutes?: readonly HttpRoute[];
    } = {},
  ): Service => ({
    facts,
    module,
    operations: operations as Service['operations'],
    resources: (options.resources ?? {}) as Service['resources'],
    ...(options.backplane === undefined ? {} : { backplane: options.backplane }),
    ...(options.httpRoutes === undefined ? {} : { httpRoutes: options.httpRoutes }),
    ...options.lifecycle,
  });

/** The services of the local cloud, as other services call them: in process, with the same checks as over the wire. */
export interface Peers {
  readonly s3: OperationsOf<typeof S3>;
  readonly events: OperationsOf<typeof EventBridge>;
  readonly states: OperationsOf<typeof SFN>;
  readonly lambda: OperationsOf<typeof Lambda>;
  readonly ec2: OperationsOf<typeof EC2>;
  readonly ebs: OperationsOf<typeof EBS>;
  readonly autoscaling: OperationsOf<typeof AutoScaling>;
  readonly elasticloadbalancing: OperationsOf<typeof ELB>;
  readonly scheduler: OperationsOf<typeof Scheduler>;
  readonly sqs: OperationsOf<typeof SQS>;
  readonly ssm: OperationsOf<typeof SSM>;
  readonly sts: OperationsOf<typeof STS>;
  readonly iam: OperationsOf<typeof IAM>;
  readonly cloudformation: OperationsOf<typeof CloudFormation>;
  readonly logs: OperationsOf<typeof Logs>;
  readonly cloudwatch: OperationsOf<typeof CloudWatch>;
}

/** A service's key in `Peers`. */
export type PeerName = keyof Peers;
