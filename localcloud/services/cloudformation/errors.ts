import { AwsError } from '../../errors.ts';

/** CloudFormation's one code for everything that is wrong with a request or a template. */
export const validationError = (message: string): AwsError => new AwsError('ValidationError', message);

/** The stack is not there (or was deleted and is asked for by name). */
export const stackNotFound = (name: string): AwsError =>
  validationError(`Stack with id ${name} does not exist`);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
export const stackExists = (name: string): AwsError =>
  new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);

/** The template creates IAM resources and the caller did not say that it may. */
export const insufficientCapabilities = (needed: string): AwsError =>
  new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html */
export const changeSetNotFound = (name: string): AwsError =>
  new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, { status: 404 });

/** The change set is not in a state for what was asked. */
export const invalidChangeSetStatus = (message: string): AwsError =>
  new AwsError('InvalidChangeSetStatus', message);

/** The text of anything thrown, for the reason of a failed resource. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof AwsError) return `${error.message} (Error Code: ${error.code})`;
  return error instanceof Error ? error.message : String(error);
};

const gone = /NotFound|NoSuch|NonExist|DoesNotExist/i;

/** Waits for a removal; what is gone already is fine. */
export const ignoreMissing = async (removal: Promise<unknown>): Promise<void> => {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof AwsError) || !gone.test(error.code)) throw error;
  }
};
