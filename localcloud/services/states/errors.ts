import { AwsError } from '../../errors.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const stateMachineDoesNotExist = (arn: string): AwsError =>
  new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
export const stateMachineAlreadyExists = (arn: string): AwsError =>
  new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const executionAlreadyExists = (arn: string): AwsError =>
  new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
export const executionDoesNotExist = (arn: string): AwsError =>
  new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
export const invalidDefinition = (problems: string): AwsError =>
  new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${problems}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const invalidName = (name: string): AwsError => new AwsError('InvalidName', `Invalid Name: '${name}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const invalidArn = (arn: string): AwsError =>
  new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const invalidExecutionInput = (reason: string): AwsError =>
  new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
export const invalidOutput = (reason: string): AwsError =>
  new AwsError('InvalidOutput', `Invalid Output: '${reason}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
export const invalidTaskToken = (): AwsError =>
  new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");

/** The task was answered, timed out, or its execution has ended. */
export const taskTimedOut = (): AwsError =>
  new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");

/** A page token that was not handed out. */
export const invalidPageToken = (): AwsError =>
  new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html */
export const resourceNotFound = (arn: string): AwsError =>
  new AwsError('ResourceNotFound', `Resource not found: '${arn}'`, { members: { resourceName: arn } });

/** Input that breaks a rule of the API. */
export const validationException = (message: string): AwsError =>
  new AwsError('ValidationException', message);

/** The machine's role lacks a permission that Step Functions checks when the machine is created. */
export const accessDenied = (message: string): AwsError => new AwsError('AccessDeniedException', message);
