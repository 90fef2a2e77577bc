import { AwsError } from '../../errors.ts';

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html and the pages of the operations;
// the wire adds the codes of the old query protocol.

/** No queue has this name. */
export const queueDoesNotExist = (): AwsError =>
  new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');

/** CreateQueue with the name of a queue that has another value for an attribute. */
export const queueNameExists = (attribute: string): AwsError =>
  new AwsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );

/** An attribute that queues do not have. */
export const invalidAttributeName = (name: string): AwsError =>
  new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);

/** A value that an attribute does not take. */
export const invalidAttributeValue = (name: string): AwsError =>
  new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);

/** A parameter that is not as the API wants it. */
export const invalidParameterValue = (message: string): AwsError =>
  new AwsError('InvalidParameterValue', message);

/** A receipt handle that this queue did not give out. */
export const receiptHandleIsInvalid = (): AwsError =>
  new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');

/** ChangeMessageVisibility of a message that nobody holds. */
export const messageNotInflight = (): AwsError =>
  new AwsError('MessageNotInflight', 'The specified message is not in flight.');

/** A batch without entries. */
export const emptyBatchRequest = (): AwsError =>
  new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');

/** A batch with too many entries. */
export const tooManyEntries = (count: number): AwsError =>
  new AwsError(
    'TooManyEntriesInBatchRequest',
    `Maximum number of entries per request are 10. You have sent ${count}.`,
  );

/** Two entries of a batch with one id. */
export const batchEntryIdsNotDistinct = (id: string): AwsError =>
  new AwsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);

/** An id of a batch entry with other characters. */
export const invalidBatchEntryId = (): AwsError =>
  new AwsError(
    'InvalidBatchEntryId',
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  );

/** All messages of a batch together are too large. */
export const batchRequestTooLong = (most: number, bytes: number): AwsError =>
  new AwsError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${most} bytes. You have sent ${bytes} bytes.`,
  );

/** A body with characters that XML has not. */
export const invalidMessageContents = (): AwsError =>
  new AwsError('InvalidMessageContents', 'Invalid binary character was found in the message body.');

/** The queue's policy does not let an AWS service send. */
export const sendDenied = (principal: string, queueArn: string): AwsError =>
  new AwsError(
    'AccessDeniedException',
    `User: ${principal} is not authorized to perform: sqs:sendmessage on resource: ${queueArn} because no resource-based policy allows the sqs:sendmessage action`,
    { status: 403 },
  );
