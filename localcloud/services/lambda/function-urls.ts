import type {
  Cors,
  CreateFunctionUrlConfigCommandInput,
  CreateFunctionUrlConfigCommandOutput,
  FunctionUrlAuthType,
  GetFunctionUrlConfigCommandInput,
  GetFunctionUrlConfigCommandOutput,
  InvokeMode,
  ListFunctionUrlConfigsCommandInput,
  ListFunctionUrlConfigsCommandOutput,
  UpdateFunctionUrlConfigCommandInput,
} from '@aws-sdk/client-lambda';
import type { LambdaDeps } from './deps.ts';
import { invalidParameter, resourceConflict, resourceNotFound } from './errors.ts';
import { qualifiedKey } from './function-store.ts';
import type { FunctionReference } from './names.ts';
import { functionArn, parseFunctionReference } from './names.ts';

/** A function's URL. Times in milliseconds since the epoch. */
export interface UrlRecord {
  readonly urlId: string;
  readonly reference: FunctionReference;
  readonly authType: FunctionUrlAuthType;
  readonly cors?: Cors;
  readonly created: number;
  readonly lastModified: number;
}

/** Path under which the gateway answers function URLs. */
export const functionUrlPrefix = '/_lambda-url/';

const describe = (
  { context }: LambdaDeps,
  record: UrlRecord,
): Omit<GetFunctionUrlConfigCommandOutput, '$metadata'> => ({
  FunctionUrl: `${context.endpointUrl()}${functionUrlPrefix}${record.urlId}/`,
  FunctionArn: functionArn(context, record.reference),
  AuthType: record.authType,
  ...(record.cors === undefined ? {} : { Cors: record.cors }),
  CreationTime: new Date(record.created).toISOString(),
  LastModifiedTime: new Date(record.lastModified).toISOString(),
  InvokeMode: 'BUFFERED',
});

const refuseStreaming = (mode: InvokeMode | undefined): void => {
  if (mode === 'RESPONSE_STREAM')
    throw invalidParameter('the local cloud does not support InvokeMode RESPONSE_STREAM');
};

const find = ({ store }: LambdaDeps, input: GetFunctionUrlConfigCommandInput): UrlRecord => {
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  store.find(reference);
  const record = store.urls.get(qualifiedKey(reference));
  if (record === undefined) throw resourceNotFound('The resource you requested does not exist.');
  return record;
};

/** Gives a function, or an alias of it, a URL of its own. */
export const createFunctionUrlConfig = (
  deps: LambdaDeps,
  input: CreateFunctionUrlConfigCommandInput,
): Omit<CreateFunctionUrlConfigCommandOutput, '$metadata'> => {
  const { context, store } = deps;
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  store.target(reference);
  refuseStreaming(input.InvokeMode);
  if (store.urls.get(qualifiedKey(reference)) !== undefined) {
    throw resourceConflict(
      `Failed to create function url config for [functionArn = ${functionArn(context, reference)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    );
  }
  const now = context.clock.now();
  const record: UrlRecord = {
    urlId: context.random.hex(32),
    reference,
    authType: input.AuthType ?? 'AWS_IAM',
    ...(input.Cors === undefined ? {} : { cors: input.Cors }),
    created: now,
    lastModified: now,
  };
  store.urls.put(qualifiedKey(reference), record);
  return describe(deps, record);
};

/** A function's URL. */
export const getFunctionUrlConfig = (
  deps: LambdaDeps,
  input: GetFunctionUrlConfigCommandInput,
): Omit<GetFunctionUrlConfigCommandOutput, '$metadata'> => describe(deps, find(deps, input));

/** Changes who may use a function's URL. */
export const updateFunctionUrlConfig = (
  deps: LambdaDeps,
  input: UpdateFunctionUrlConfigCommandInput,
): Omit<GetFunctionUrlConfigCommandOutput, '$metadata'> => {
  refuseStreaming(input.InvokeMode);
  const record = find(deps, input);
  const changed: UrlRecord = {
    ...record,
    authType: input.AuthType ?? record.authType,
    ...(input.Cors === undefined ? {} : { cors: input.Cors }),
    lastModified: deps.context.clock.now(),
  };
  deps.store.urls.put(qualifiedKey(record.reference), changed);
  return describe(deps, changed);
};

/** Takes a function's URL away. */
export const deleteFunctionUrlConfig = (
  deps: LambdaDeps,
  input: GetFunctionUrlConfigCommandInput,
): Record<string, never> => {
  deps.store.urls.delete(qualifiedKey(find(deps, input).reference));
  return {};
};

/** All URLs of a function. */
export const listFunctionUrlConfigs = (
  deps: LambdaDeps,
  input: ListFunctionUrlConfigsCommandInput,
): Omit<ListFunctionUrlConfigsCommandOutput, '$metadata'> => {
  const { name } = deps.store.find(parseFunctionReference(input.FunctionName));
  return { FunctionUrlConfigs: deps.store.urls.list(`${name}:`).map((record) => describe(deps, record)) };
};
