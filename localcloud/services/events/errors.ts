import { AwsError } from '../../errors.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
export const eventBusNotFound = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html */
export const eventBusExists = (name: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html */
export const ruleNotFound = (name: string, bus: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
export const invalidEventPattern = (message: string): AwsError =>
  new AwsError('InvalidEventPatternException', message);

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
export const tooManyTargets = (): AwsError =>
  new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');

/** Input that breaks a rule of the API. */
export const validationException = (message: string): AwsError =>
  new AwsError('ValidationException', message);

/** A tagged resource that is not there. */
export const resourceNotFound = (arn: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Resource ${arn} does not exist.`);
