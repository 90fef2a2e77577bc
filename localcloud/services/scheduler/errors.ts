import { AwsError } from '../../errors.ts';

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html */
export const scheduleNotFound = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, { status: 404 });

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetScheduleGroup.html */
export const groupNotFound = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, { status: 404 });

/** A tagged resource that is not there. */
export const resourceNotFound = (arn: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Resource ${arn} does not exist.`, { status: 404 });

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
export const scheduleExists = (name: string): AwsError =>
  new AwsError('ConflictException', `Schedule ${name} already exists.`, { status: 409 });

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html */
export const groupExists = (name: string): AwsError =>
  new AwsError('ConflictException', `Schedule group ${name} already exists.`, { status: 409 });

/** Input that breaks a rule of the API. */
export const validationException = (message: string): AwsError =>
  new AwsError('ValidationException', message);
