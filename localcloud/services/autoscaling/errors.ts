import { AwsError } from '../../errors.ts';

// Codes: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/ (each operation's "Errors" and "Common Errors"), all status 400.

/** A value that the API does not take; the text is the whole message. */
export const validationError = (text: string): AwsError => new AwsError('ValidationError', text);

/** No group of that name. */
export const groupNotFound = (name: string): AwsError =>
  validationError(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);

/** The name is taken. */
export const alreadyExists = (name: string): AwsError =>
  new AwsError(
    'AlreadyExists',
    `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
  );

/** The group still has instances. */
export const groupInUse = (): AwsError =>
  new AwsError(
    'ResourceInUse',
    'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
  );

/** The group is being deleted. */
export const deletionInProgress = (name: string): AwsError =>
  new AwsError('ScalingActivityInProgress', `AutoScalingGroup '${name}' is being deleted`);

/** No instance of that id in any group. */
export const instanceNotFound = (id: string): AwsError =>
  validationError(`Instance Id not found - No managed instance found for instance ID: ${id}`);

/** A member that AWS knows and the local cloud cannot carry out. */
export const unsupported = (member: string): AwsError =>
  validationError(`'${member}' is not supported by the local cloud`);
