/** Facts of an AWS error answer that are not its code and message. */
export interface AwsErrorOptions {
  /** HTTP status; 400 unless told. */
  readonly status?: number;
  /** Modelled members of the error shape, for example `{ BucketName: 'b' }`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * An error that leaves the local cloud as AWS would send it: the wire code, AWS's text and the HTTP status.
 * Service files keep their codes and texts in `errors.ts` beside the operations.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: AwsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}
