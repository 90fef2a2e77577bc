import type {
  Concurrency,
  GetFunctionConcurrencyCommandOutput,
  ListTagsCommandOutput,
  PutFunctionConcurrencyCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-lambda';
import type { LambdaDeps } from './deps.ts';
import { validationFailed } from './errors.ts';
import { parseFunctionReference } from './names.ts';
import type { FunctionRecord } from './model.ts';

interface NamesFunction {
  readonly FunctionName: string | undefined;
}

/** Limits how many invocations of a function run at once. */
export const putFunctionConcurrency = (
  { store }: LambdaDeps,
  input: PutFunctionConcurrencyCommandInput,
): Concurrency => {
  const record = store.find(parseFunctionReference(input.FunctionName));
  const reserved = input.ReservedConcurrentExecutions ?? -1;
  if (!Number.isInteger(reserved) || reserved < 0) {
    throw validationFailed(`ReservedConcurrentExecutions must be 0 or more, got ${reserved}`);
  }
  store.functions.put(record.name, { ...record, reservedConcurrency: reserved });
  return { ReservedConcurrentExecutions: reserved };
};

/** The limit on concurrent invocations, if there is one. */
export const getFunctionConcurrency = (
  { store }: LambdaDeps,
  input: NamesFunction,
): Omit<GetFunctionConcurrencyCommandOutput, '$metadata'> => {
  const { reservedConcurrency } = store.find(parseFunctionReference(input.FunctionName));
  return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
};

/** Removes the limit on concurrent invocations. */
export const deleteFunctionConcurrency = (
  { store }: LambdaDeps,
  input: NamesFunction,
): Record<string, never> => {
  const { reservedConcurrency: _, ...record } = store.find(parseFunctionReference(input.FunctionName));
  store.functions.put(record.name, record);
  return {};
};

const changeTags = (
  { store }: LambdaDeps,
  resource: string | undefined,
  change: (tags: FunctionRecord['tags']) => FunctionRecord['tags'],
): Record<string, never> => {
  const record = store.find(parseFunctionReference(resource));
  store.functions.put(record.name, { ...record, tags: change(record.tags) });
  return {};
};

/** Adds tags to a function. */
export const tagResource = (deps: LambdaDeps, input: TagResourceCommandInput): Record<string, never> =>
  changeTags(deps, input.Resource, (tags) => ({ ...tags, ...input.Tags }));

/** Removes tags from a function. */
export const untagResource = (deps: LambdaDeps, input: UntagResourceCommandInput): Record<string, never> =>
  changeTags(deps, input.Resource, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => input.TagKeys?.includes(key) !== true)),
  );

/** The tags of a function. */
export const listTags = (
  { store }: LambdaDeps,
  input: { readonly Resource: string | undefined },
): Omit<ListTagsCommandOutput, '$metadata'> => ({
  Tags: { ...store.find(parseFunctionReference(input.Resource)).tags },
});
