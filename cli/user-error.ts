/** A mistake that the user can mend, as opposed to a bug of ours: shown without a stack, exit code 1. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What to do about it, for the `try:` line. */
  readonly suggestion: string;
  /** Shown before the message: many lines of evidence, such as a console. */
  readonly evidence: string;

  constructor(message: string, suggestion: string, options?: ErrorOptions & { readonly evidence?: string }) {
    super(message, options);
    this.suggestion = suggestion;
    this.evidence = options?.evidence?.trimEnd() ?? '';
  }
}
