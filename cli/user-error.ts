/** A mistake that the user can mend, as opposed to a bug of ours: shown without a stack, exit code 1. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What to do about it, for the `try:` line. */
  readonly suggestion: string;

  constructor(message: string, suggestion: string, options?: ErrorOptions) {
    super(message, options);
    this.suggestion = suggestion;
  }
}
