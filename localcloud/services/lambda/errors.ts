import { AwsError } from '../../errors.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html */
export const resourceNotFound = (message: string): AwsError =>
  new AwsError('ResourceNotFoundException', message, { status: 404, members: { Type: 'User' } });

/** The function, or the version or alias of it, is not there. */
export const functionNotFound = (arn: string): AwsError => resourceNotFound(`Function not found: ${arn}`);

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const resourceConflict = (message: string): AwsError =>
  new AwsError('ResourceConflictException', message, { status: 409, members: { Type: 'User' } });

/** One of the parameters is not valid. */
export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message, { members: { Type: 'User' } });

/** The request's member breaks a constraint of the API model. */
export const validationFailed = (message: string): AwsError => new AwsError('ValidationException', message);

/** The revision named by the caller is not the latest. */
export const revisionMismatch = (): AwsError =>
  new AwsError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    { status: 412, members: { Type: 'User' } },
  );

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
export const payloadNotJson = (reason: string): AwsError =>
  new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`, {
    members: { Type: 'User' },
  });

/** The payload is above `limit` bytes. */
export const payloadTooLarge = (limit: number): AwsError =>
  new AwsError(
    'RequestTooLargeException',
    `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
    { status: 413, members: { Type: 'User' } },
  );

/** No room for another concurrent invocation. */
export const throttled = (
  reason: 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded',
): AwsError =>
  new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    members: { Reason: reason, Type: 'User' },
  });

/** An AWS service invokes a function whose resource-based policy does not let it. */
export const invokeDenied = (principal: string, arn: string): AwsError =>
  new AwsError(
    'AccessDeniedException',
    `User: ${principal} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} because no resource-based policy allows the lambda:InvokeFunction action`,
    { status: 403 },
  );

/** The local cloud stops while the function runs; https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const stopping = (): AwsError =>
  new AwsError('ServiceException', 'the local cloud stopped during the invocation', {
    status: 500,
    members: { Type: 'Service' },
  });
