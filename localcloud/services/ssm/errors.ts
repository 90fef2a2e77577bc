import { AwsError } from '../../errors.ts';

// Codes and texts: AWS Systems Manager API Reference; AWS answers all of them with status 400.

/** PutParameter without `Overwrite` on a name that is taken. */
export const parameterAlreadyExists = (): AwsError =>
  new AwsError(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  );
/** AWS sends no text here; the name helps. */
export const parameterNotFound = (name: string): AwsError =>
  new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
/** A selector for a version that is not kept. */
export const parameterVersionNotFound = (name: string, selector: string): AwsError =>
  new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
  );
/** Another type for a parameter that exists. */
export const hierarchyTypeMismatch = (): AwsError =>
  new AwsError(
    'HierarchyTypeMismatch',
    'The parameter type cannot be changed. Delete it and create a new one.',
  );
/** The value does not match `AllowedPattern`. */
export const parameterPatternMismatch = (): AwsError =>
  new AwsError(
    'ParameterPatternMismatchException',
    'Parameter value, cannot be validated against allowedPattern.',
  );
/** A value, name or combination that is refused. */
export const validationException = (message: string): AwsError =>
  new AwsError('ValidationException', message);
/** A filter that the operation does not know. */
export const invalidFilterKey = (key: string): AwsError =>
  new AwsError(
    'InvalidFilterKey',
    `The following filter key is not valid: ${key}. Valid filter keys include: [Name, Type, KeyId, Path, DataType, Tier, tag:*].`,
  );
/** Tags on something that is no parameter. */
export const invalidResourceId = (): AwsError =>
  new AwsError(
    'InvalidResourceId',
    "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
  );
/** Only parameters can be tagged here. */
export const invalidResourceType = (): AwsError =>
  new AwsError(
    'InvalidResourceType',
    "The resource type isn't valid. For example, if you are attempting to tag an EC2 instance, the instance must be a registered managed node.",
  );
