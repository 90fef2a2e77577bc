import { AwsError } from '../../errors.ts';

// Codes, texts and statuses: AWS STS API Reference, "Common Errors" and the operations' errors.

/** Also for a role that does not exist: AWS does not tell which. */
export const assumeRoleDenied = (callerArn: string, roleArn: string): AwsError =>
  new AwsError(
    'AccessDenied',
    `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    { status: 403 },
  );

/** A parameter outside its constraints. */
export const validationError = (message: string): AwsError => new AwsError('ValidationError', message);

/** GetSessionToken called with temporary credentials of a role. */
export const sessionTokenDenied = (): AwsError =>
  new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 });
