/** An error as Lambda reports it to whoever invoked the function. */
export interface ErrorReport {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What a runtime process is started with: its only argument, as JSON. */
export interface RuntimeStart {
  /** Folder of the unpacked code. */
  readonly taskRoot: string;
  /** `path/to/module.export`, as configured. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** One invocation, as the runtime gets it. */
export interface InvokeMessage {
  readonly type: 'invoke';
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly invokedFunctionArn: string;
  /** JSON. */
  readonly clientContext?: string;
}

/** What a runtime tells its host. */
export type RuntimeMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'init-error'; readonly error: ErrorReport }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'result'; readonly payload: string }
  | { readonly type: 'failure'; readonly error: ErrorReport }
  /** The code broke outside its handler's promise: the runtime is over. */
  | { readonly type: 'crash'; readonly error: ErrorReport };
