/** The process shuts down: nothing is recorded, the execution goes on after the next start. */
export class ExecutionHalted extends Error {
  override readonly name = 'ExecutionHalted';

  constructor() {
    super('the local cloud stops');
  }
}

/** `StopExecution` was called. */
export class ExecutionStopped extends Error {
  override readonly name = 'ExecutionStopped';
  readonly errorName: string | undefined;
  readonly causeText: string | undefined;

  constructor(errorName: string | undefined, causeText: string | undefined) {
    super('the execution was stopped');
    this.errorName = errorName;
    this.causeText = causeText;
  }
}

/** The machine's own `TimeoutSeconds` has passed. */
export class ExecutionTimedOut extends Error {
  override readonly name = 'ExecutionTimedOut';

  constructor() {
    super('the execution timed out');
  }
}
