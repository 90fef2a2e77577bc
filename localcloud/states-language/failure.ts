/** Facts of a failure besides its name and cause. */
export interface FailureOptions {
  /** Further names by which `ErrorEquals` may match it, such as `States.HeartbeatTimeout`. */
  readonly alsoKnownAs?: readonly string[];
  /** Set when a JSONata field failed: makes an `EvaluationFailed` event. */
  readonly evaluation?: { readonly location?: string };
}

/** A state failed with an error name that `Retry` and `Catch` can match. */
export class StatesFailure extends Error {
  override readonly name = 'StatesFailure';
  readonly errorName: string | undefined;
  readonly causeText: string | undefined;
  readonly alsoKnownAs: readonly string[];
  readonly evaluation: { readonly location?: string } | undefined;

  constructor(errorName: string | undefined, causeText: string | undefined, options: FailureOptions = {}) {
    super(`${errorName ?? 'unnamed error'}: ${causeText ?? 'no cause given'}`);
    this.errorName = errorName;
    this.causeText = causeText;
    this.alsoKnownAs = options.alsoKnownAs ?? [];
    this.evaluation = options.evaluation;
  }
}

/** The branch was told to end: a sibling failed, the execution was stopped, or the process shuts down. */
export class BranchAborted extends Error {
  override readonly name = 'BranchAborted';

  constructor() {
    super('branch aborted');
  }
}

const notCaughtByAll = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/** Does a rule with these `ErrorEquals` names apply to the failure? `States.TaskFailed` matches all but time-outs. */
export const matchesFailure = (names: readonly string[], failure: StatesFailure): boolean => {
  const known = [failure.errorName, ...failure.alsoKnownAs];
  return names.some((name) => {
    if (known.includes(name)) return true;
    if (failure.errorName !== undefined && notCaughtByAll.has(failure.errorName)) return false;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && !known.includes('States.Timeout'));
  });
};
