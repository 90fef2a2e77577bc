import { AwsError } from '../../errors.ts';
import type { GroupRecord } from './records.ts';

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

/** The client token was used for another request. */
export const idempotentParameterMismatch = (token: string): AwsError =>
  new AwsError(
    'IdempotentParameterMismatch',
    `The parameters of this request are inconsistent with those of the earlier request with client token '${token}'.`,
  );

/** The request with this client token goes on; a server error, which clients try again. */
export const idempotentCallInProgress = (token: string): AwsError =>
  new AwsError(
    'IdempotentCallInProgress',
    `Another request with client token '${token}' is being carried out. Try again with the same token.`,
    { status: 500 },
  );

/** More instances than the group may have. */
export const groupTooSmall = (
  { name, minSize, maxSize, desired }: Pick<GroupRecord, 'name' | 'minSize' | 'maxSize' | 'desired'>,
  count: number,
): AwsError =>
  // LaunchInstances' own text is not documented; AttachInstances says it like this.
  validationError(
    `AutoScalingGroup ${name} has min-size=${minSize}, max-size=${maxSize}, and desired-size=${desired}. To launch ${count} instance${count === 1 ? '' : 's'}, please update the AutoScalingGroup sizes appropriately.`,
  );
