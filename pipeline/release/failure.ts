import type { ReleaseStatus } from '../model.ts';

/** Why a release ended, in a name for machines and a sentence for people. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
}

/** A refusal, by the artifact's own fault or because people or an environment said no; nothing of ours failed. */
const REJECTIONS = new Set([
  'ArtifactRejected',
  'ArtifactGone',
  'SmokeTestFailed',
  'ApprovalRejected',
  'ApprovalExpired',
  'EnvironmentOffRefused',
]);

interface LambdaFailure {
  readonly errorType?: unknown;
  readonly errorMessage?: unknown;
}

interface ExecutionFailure {
  readonly Error?: unknown;
  readonly Cause?: unknown;
}

const parse = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Reads a state's error output: a Lambda's cause is JSON with `errorType` and `errorMessage`, that of a nested execution
 * is its description with `Error` and `Cause`.
 */
export const readFailure = (error: string, cause: string): Failure => {
  const parsed: (LambdaFailure & ExecutionFailure) | undefined = parse(cause);
  if (typeof parsed?.errorMessage === 'string') {
    return {
      reason: typeof parsed.errorType === 'string' ? parsed.errorType : error,
      message: parsed.errorMessage,
    };
  }
  if (typeof parsed?.Error === 'string') {
    return { reason: parsed.Error, message: typeof parsed.Cause === 'string' ? parsed.Cause : '' };
  }
  return { reason: error, message: cause };
};

/** The final status that a failure leads to. */
export const statusFor = (failure: Failure): ReleaseStatus => {
  if (failure.reason === 'ReleaseSuperseded') return 'superseded';
  return REJECTIONS.has(failure.reason) ? 'rejected' : 'failed';
};
