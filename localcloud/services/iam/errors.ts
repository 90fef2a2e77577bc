import { AwsError } from '../../errors.ts';

// Codes, texts and statuses: AWS Identity and Access Management API Reference.

/** A role, policy or profile that does not exist. */
export const noSuchEntity = (message: string): AwsError =>
  new AwsError('NoSuchEntity', message, { status: 404 });
/** A name that is taken. */
export const entityAlreadyExists = (message: string): AwsError =>
  new AwsError('EntityAlreadyExists', message, { status: 409 });
/** Something is still attached. */
export const deleteConflict = (message: string): AwsError =>
  new AwsError('DeleteConflict', message, { status: 409 });
/** A quota would be exceeded. */
export const limitExceeded = (message: string): AwsError =>
  new AwsError('LimitExceeded', message, { status: 409 });
/** A policy that does not parse. */
export const malformedPolicyDocument = (message: string): AwsError =>
  new AwsError('MalformedPolicyDocument', message, { status: 400 });
/** A parameter outside its constraints. */
export const validationError = (message: string): AwsError => new AwsError('ValidationError', message);
/** An AWS-managed policy cannot be changed. */
export const accessDenied = (message: string): AwsError =>
  new AwsError('AccessDenied', message, { status: 403 });
