import { AwsError } from '../../errors.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html#API_PutMetricData_Errors */
export const invalidParameterValue = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html#API_PutMetricData_Errors */
export const invalidParameterCombination = (message: string): AwsError =>
  new AwsError('InvalidParameterCombinationException', message);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html#API_PutMetricData_Errors */
export const missingParameter = (name: string): AwsError =>
  new AwsError('MissingRequiredParameterException', `The parameter ${name} is required.`);

/** Input that breaks a rule of the API (Common Errors, `ValidationError`). */
export const validationError = (message: string): AwsError => new AwsError('ValidationException', message);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html#API_SetAlarmState_Errors */
export const alarmNotFound = (): AwsError => new AwsError('ResourceNotFound', '', { status: 404 });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html#API_TagResource_Errors */
export const resourceNotFound = (arn: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Resource ${arn} does not exist.`, { status: 404 });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html#API_ListMetrics_Errors */
export const invalidNextToken = (): AwsError =>
  new AwsError('InvalidParameterValueException', 'The specified nextToken is invalid.');

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html#API_SetAlarmState_Errors */
export const invalidFormat = (parameter: string): AwsError =>
  new AwsError('InvalidFormatFault', `The parameter ${parameter} is not valid JSON.`);
