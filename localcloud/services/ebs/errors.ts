import { AwsError } from '../../errors.ts';

/**
 * Errors of the EBS direct APIs: codes, statuses and reasons from the service model
 * (https://docs.aws.amazon.com/ebs/latest/APIReference/Welcome.html); texts not shown by the model are from its guide.
 */
const reasoned = (code: string, status: number, reason: string, message: string): AwsError =>
  new AwsError(code, message, { status, members: { Reason: reason } });

/** 400 with one of the model's `ValidationExceptionReason`s. */
export const validation = (reason: string, message: string): AwsError =>
  reasoned('ValidationException', 400, reason, message);

/** 404 for an unknown snapshot. */
export const snapshotNotFound = (snapshotId: string): AwsError =>
  reasoned(
    'ResourceNotFoundException',
    404,
    'SNAPSHOT_NOT_FOUND',
    `The snapshot '${snapshotId}' does not exist.`,
  );

/** 409 for the same client token with other parameters. */
export const clientTokenConflict = (): AwsError =>
  new AwsError(
    'ConflictException',
    'The client token was already used with other parameters: use another token.',
    {
      status: 409,
    },
  );

/** 402 when a quota is reached. */
export const quotaExceeded = (message: string): AwsError =>
  reasoned('ServiceQuotaExceededException', 402, 'DEPENDENCY_SERVICE_QUOTA_EXCEEDED', message);
