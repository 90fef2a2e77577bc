import { CloudUnavailableError } from './errors.ts';

/** What the SDK's clients add to whatever ends a call: `@smithy/core`, `retryMiddleware`. */
interface FailedCall extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** On errors that the service's model calls passing. */
  readonly $retryable?: object;
}

/** No connection, or one that broke: Node.js's codes. */
const CONNECTION = /^(?:ECONN|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|ENOTFOUND$|EAI_AGAIN$|EPROTO$)/;
/** Too many calls, by what services name it; they answer 400, 429 or 503. */
const THROTTLED =
  /Throttl|^(?:RequestLimitExceeded|SlowDown|TooManyRequests(?:Exception)?|BandwidthLimitExceeded|PriorRequestNotComplete)$/;
/** No answer in time. */
const TIMED_OUT = /^(?:TimeoutError|RequestTimeout(?:Exception)?)$/;
/** The service still does what was asked of it before (Auto Scaling API reference, common errors of a group). */
const BUSY = /^(?:ScalingActivityInProgress|IdempotentCallInProgress|ResourceContention)(?:Fault)?$/;

const isPassing = ({
  name,
  code = '',
  $retryable,
  $metadata: { httpStatusCode = 0 } = {},
}: FailedCall): boolean =>
  $retryable !== undefined ||
  httpStatusCode >= 500 ||
  httpStatusCode === 429 ||
  CONNECTION.test(code) ||
  [THROTTLED, TIMED_OUT, BUSY].some((kind) => kind.test(name));

/**
 * The error as a `CloudUnavailableError` where a call to AWS failed for a reason that passes and is nobody's failure; any other
 * as it is. Only the error itself knows: its name and message alone are what reaches a state machine.
 */
export const asCloudUnavailable = (error: unknown): unknown => {
  // Without the SDK's mark it is no call to AWS: a machine that refuses a connection is one's failure.
  if (!(error instanceof Error) || !('$metadata' in error)) return error;
  const call = error as FailedCall;
  return isPassing(call) ? new CloudUnavailableError(call.code ?? call.name, call) : error;
};
