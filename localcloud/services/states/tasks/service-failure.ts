import { AwsError } from '../../../errors.ts';
import { StatesFailure } from '../../../states-language/failure.ts';

const exceptionName = (code: string): string => (code.endsWith('Exception') ? code : `${code}Exception`);

const isModelled = (module: object, code: string): boolean => code in module || exceptionName(code) in module;

/** How an optimised integration names its failures: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
export interface OptimisedNames {
  /** For example `Lambda`. */
  readonly prefix: string;
  /** For example `AWSLambda`. */
  readonly service: string;
  readonly module: object;
}

const notAnswered = (prefix: string, error: unknown): StatesFailure =>
  new StatesFailure(`${prefix}.SdkClientException`, error instanceof Error ? error.message : String(error));

/** The failure of an optimised integration, worded by the AWS SDK for Java 1. */
export const optimisedFailure = (names: OptimisedNames, error: unknown, requestId: string): StatesFailure => {
  if (error instanceof StatesFailure) return error;
  if (!(error instanceof AwsError)) return notAnswered(names.prefix, error);
  const { code, status, message } = error;
  const name = isModelled(names.module, code) ? exceptionName(code) : `${names.service}Exception`;
  return new StatesFailure(
    `${names.prefix}.${name}`,
    `${message} (Service: ${names.service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
};

/** The failure of an `aws-sdk` integration, worded by the AWS SDK for Java 2; `S3` is the service's name there. */
export const sdkFailure = (
  service: string,
  module: object,
  error: unknown,
  requestId: string,
): StatesFailure => {
  if (error instanceof StatesFailure) return error;
  if (!(error instanceof AwsError)) return notAnswered(service, error);
  const { code, status, message } = error;
  const name = isModelled(module, code) ? exceptionName(code) : `${service}Exception`;
  const extended = service === 'S3' ? `, Extended Request ID: ${requestId}` : '';
  return new StatesFailure(
    `${service}.${name}`,
    `${message} (Service: ${service}, Status Code: ${status}, Request ID: ${requestId}${extended})`,
  );
};
