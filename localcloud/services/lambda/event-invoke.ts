import type {
  FunctionEventInvokeConfig,
  GetFunctionEventInvokeConfigCommandInput,
  PutFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { checkDestination } from './destinations.ts';
import type { LambdaDeps } from './deps.ts';
import { resourceNotFound, validationFailed } from './errors.ts';
import { qualifiedKey } from './function-store.ts';
import { functionArn, parseFunctionReference } from './names.ts';
import type { EventInvokeRecord } from './model.ts';

const describe = ({ context }: LambdaDeps, record: EventInvokeRecord): FunctionEventInvokeConfig => ({
  LastModified: new Date(record.lastModified),
  FunctionArn: functionArn(context, record),
  ...(record.maximumRetryAttempts === undefined ? {} : { MaximumRetryAttempts: record.maximumRetryAttempts }),
  ...(record.maximumEventAgeSeconds === undefined
    ? {}
    : { MaximumEventAgeInSeconds: record.maximumEventAgeSeconds }),
  DestinationConfig: { OnSuccess: {}, OnFailure: {}, ...record.destinations },
});

const checkRange = (name: string, value: number | undefined, least: number, most: number): void => {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw validationFailed(`${name} must be ${least} to ${most}, got ${value}`);
};

/** Sets how asynchronous invocations of a function are retried, and where their results go. */
export const putFunctionEventInvokeConfig = (
  deps: LambdaDeps,
  input: PutFunctionEventInvokeConfigCommandInput,
): FunctionEventInvokeConfig => {
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  deps.store.target(reference);
  checkRange('MaximumRetryAttempts', input.MaximumRetryAttempts, 0, 2);
  checkRange('MaximumEventAgeInSeconds', input.MaximumEventAgeInSeconds, 60, 21_600);
  checkDestination(input.DestinationConfig?.OnSuccess?.Destination);
  checkDestination(input.DestinationConfig?.OnFailure?.Destination);
  const record: EventInvokeRecord = {
    name: reference.name,
    qualifier: reference.qualifier ?? '$LATEST',
    ...(input.MaximumRetryAttempts === undefined ? {} : { maximumRetryAttempts: input.MaximumRetryAttempts }),
    ...(input.MaximumEventAgeInSeconds === undefined
      ? {}
      : { maximumEventAgeSeconds: input.MaximumEventAgeInSeconds }),
    destinations: input.DestinationConfig ?? {},
    lastModified: deps.context.clock.now(),
  };
  deps.store.eventInvokes.put(qualifiedKey(reference), record);
  return describe(deps, record);
};

const find = (deps: LambdaDeps, input: GetFunctionEventInvokeConfigCommandInput): EventInvokeRecord => {
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  const record = deps.store.eventInvokes.get(qualifiedKey(reference));
  if (record === undefined) {
    throw resourceNotFound(
      `The function ${functionArn(deps.context, { qualifier: '$LATEST', ...reference })} doesn't have an EventInvokeConfig`,
    );
  }
  return record;
};

/** How asynchronous invocations of a function are retried. */
export const getFunctionEventInvokeConfig = (
  deps: LambdaDeps,
  input: GetFunctionEventInvokeConfigCommandInput,
): FunctionEventInvokeConfig => describe(deps, find(deps, input));

/** Goes back to AWS's defaults. */
export const deleteFunctionEventInvokeConfig = (
  deps: LambdaDeps,
  input: GetFunctionEventInvokeConfigCommandInput,
): Record<string, never> => {
  deps.store.eventInvokes.delete(qualifiedKey(find(deps, input)));
  return {};
};
