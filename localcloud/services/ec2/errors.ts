import { AwsError } from '../../errors.ts';

/**
 * Errors of Amazon EC2: codes and texts as EC2 sends them
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
 */
const plural = (ids: readonly string[], one: string, many: string): string =>
  ids.length === 1 ? `The ${one} '${ids[0]}' does not exist` : `The ${many} '${ids.join(', ')}' do not exist`;

/** Instances that do not exist, all named. */
export const instancesNotFound = (ids: readonly string[]): AwsError =>
  new AwsError('InvalidInstanceID.NotFound', plural(ids, 'instance ID', 'instance IDs'));

/** An id that cannot be one of `kind`, for example `InvalidInstanceID`. */
export const malformedId = (kind: string, id: string): AwsError =>
  new AwsError(`${kind}.Malformed`, `Invalid id: "${id}"`);

/** Images that do not exist, all named. */
export const imagesNotFound = (ids: readonly string[]): AwsError =>
  new AwsError(
    'InvalidAMIID.NotFound',
    ids.length === 1
      ? `The image id '[${ids[0]}]' does not exist`
      : `The image ids '[${ids.join(', ')}]' do not exist`,
  );

/** An image that exists and cannot be launched yet or any more. */
export const imageUnavailable = (id: string): AwsError =>
  new AwsError('InvalidAMIID.Unavailable', `The image ID '[${id}]' is not available`);

/** A snapshot that does not exist. */
export const snapshotNotFound = (id: string): AwsError =>
  new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);

/** A snapshot that an image stands on. */
export const snapshotInUse = (snapshotId: string, imageId: string): AwsError =>
  new AwsError('InvalidSnapshot.InUse', `The snapshot ${snapshotId} is currently in use by ${imageId}`);

/** A client token that was used with other parameters. */
export const idempotentParameterMismatch = (): AwsError =>
  new AwsError(
    'IdempotentParameterMismatch',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  );

/** A parameter whose value EC2 does not accept. */
export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

/** Parameters that do not go together. */
export const invalidCombination = (message: string): AwsError =>
  new AwsError('InvalidParameterCombination', message);

/** A parameter that is needed here. */
export const missingParameter = (name: string): AwsError =>
  new AwsError('MissingParameter', `The request must contain the parameter ${name}`);

/** A filter that the operation does not know. */
export const invalidFilter = (name: string): AwsError => invalidParameter(`The filter '${name}' is invalid`);

/** A paging token that is not ours. */
export const invalidNextToken = (): AwsError => invalidParameter('Unable to parse pagination token');

/** An instance in a state that does not allow the operation. */
export const incorrectInstanceState = (instanceId: string, needed: string): AwsError =>
  new AwsError(
    'IncorrectInstanceState',
    `The instance '${instanceId}' is not in a state from which it can be ${needed}.`,
  );

/** An instance with termination protection. */
export const terminationProtected = (instanceId: string): AwsError =>
  new AwsError(
    'OperationNotPermitted',
    `The instance '${instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  );

/** A resource of another kind that does not exist: `InvalidSubnetID`, `InvalidGroup`, `InvalidVpcID`. */
export const notFound = (code: string, noun: string, id: string): AwsError =>
  new AwsError(`${code}.NotFound`, `The ${noun} '${id}' does not exist`);

/** What a caller may not do, beyond the operation itself. */
export const unauthorized = (text: string): AwsError =>
  new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${text}`, {
    status: 403,
  });

/** The answer to every request with `DryRun` that would have been carried out. */
export const dryRun = (): AwsError =>
  new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', { status: 412 });
