import type {
  CreateFunctionCommandInput,
  DeleteFunctionCommandInput,
  FunctionConfiguration,
  GetFunctionCommandInput,
  GetFunctionCommandOutput,
  ListFunctionsCommandInput,
  ListFunctionsCommandOutput,
} from '@aws-sdk/client-lambda';
import { pathToFileURL } from 'node:url';
import type { Call } from '../../service.ts';
import type { LambdaDeps } from './deps.ts';
import { describeFunction } from './describe-function.ts';
import { functionNotFound, invalidParameter, resourceConflict } from './errors.ts';
import { takeCode } from './function-code.ts';
import { versionKey } from './function-store.ts';
import { functionArn, parseFunctionReference } from './names.ts';
import type { FunctionRecord, VersionRecord } from './model.ts';
import { publish } from './versions.ts';
import { changeSettings } from './settings.ts';

/** Creates a function. */
export const createFunction = async (
  deps: LambdaDeps,
  input: CreateFunctionCommandInput,
  call: Call,
): Promise<FunctionConfiguration> => {
  const { context, store } = deps;
  const { name } = parseFunctionReference(input.FunctionName);
  const exists = (): void => {
    if (store.functions.get(name) !== undefined) throw resourceConflict(`Function already exist: ${name}`);
  };
  exists();
  if (input.PackageType === 'Image')
    throw invalidParameter('the local cloud runs zip packages, got PackageType Image');
  const settings = changeSettings(undefined, input);
  const code = await takeCode(deps, input.Code ?? {}, call);
  // Another call may have created it while the code was fetched.
  exists();
  const record: FunctionRecord = {
    name,
    latest: { settings, code, revisionId: context.random.uuid(), lastModified: context.clock.now() },
    lastVersion: 0,
    tags: input.Tags ?? {},
  };
  store.functions.put(name, record);
  if (input.Publish === true) return publish(deps, record);
  return describeFunction(context, name, '$LATEST', record.latest);
};

/** A function's configuration, of `$LATEST` or of the qualifier asked for. */
export const getFunctionConfiguration = (
  { context, store }: LambdaDeps,
  input: Pick<GetFunctionCommandInput, 'FunctionName' | 'Qualifier'>,
): FunctionConfiguration => {
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  const target = store.target(reference);
  return describeFunction(context, target.name, target.version, target, reference.qualifier);
};

/** A function with its configuration, the place of its code, and its tags. */
export const getFunction = (
  deps: LambdaDeps,
  input: GetFunctionCommandInput,
): Omit<GetFunctionCommandOutput, '$metadata'> => {
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  const target = deps.store.target(reference);
  const { tags } = deps.store.find(reference);
  return {
    Configuration: getFunctionConfiguration(deps, input),
    // AWS signs a URL of its own bucket here; the zip lies on the same host.
    Code: { RepositoryType: 'S3', Location: pathToFileURL(deps.code.zipPath(target.code.sha256)).href },
    ...(Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } }),
    ...(target.reservedConcurrency === undefined
      ? {}
      : { Concurrency: { ReservedConcurrentExecutions: target.reservedConcurrency } }),
  };
};

/** Lists functions by name; with `FunctionVersion: ALL` every version too. */
export const listFunctions = (
  { context, store }: LambdaDeps,
  input: ListFunctionsCommandInput,
): Omit<ListFunctionsCommandOutput, '$metadata'> => {
  const limit = input.MaxItems ?? 50;
  const names = store.functions.keys().filter((name) => name > (input.Marker ?? ''));
  const page = names.slice(0, limit);
  const Functions = page.flatMap((name) => {
    const { latest } = store.find({ name });
    const all = input.FunctionVersion === 'ALL';
    const head = describeFunction(context, name, '$LATEST', latest, all ? '$LATEST' : undefined);
    if (!all) return [head];
    const published = store.versions.list(`${name}:`);
    return [
      head,
      ...published.map((record) => describeFunction(context, name, record.version, record, record.version)),
    ];
  });
  const last = page.at(-1);
  return { Functions, ...(names.length > limit && last !== undefined ? { NextMarker: last } : {}) };
};

const codeInUse = ({ store }: LambdaDeps): ReadonlySet<string> =>
  new Set([
    ...store.functions.list().map(({ latest }) => latest.code.sha256),
    ...store.versions.list().map(({ code }) => code.sha256),
  ]);

/** Removes zips and unpacked code that no function or version names any more. */
export const removeUnusedCode = async (deps: LambdaDeps): Promise<void> => {
  await deps.code.retain(codeInUse(deps));
};

const deleteVersion = ({ context, store, pool }: LambdaDeps, name: string, version: string): void => {
  const key = versionKey(name, version);
  const record: VersionRecord | undefined = store.versions.get(key);
  if (record === undefined) throw functionNotFound(functionArn(context, { name, qualifier: version }));
  const alias = store.aliases.list(`${name}:`).find((candidate) => candidate.version === version);
  if (alias !== undefined) {
    throw resourceConflict(
      `Unable to delete version because the following aliases reference it: [${alias.alias}]`,
    );
  }
  store.versions.delete(key);
  pool.retire(record.revisionId);
};

/** Deletes a function with all that hangs on it, or one published version. */
export const deleteFunction = (
  deps: LambdaDeps,
  input: DeleteFunctionCommandInput,
): { StatusCode: number } => {
  const { store, pool, context } = deps;
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  const { name, qualifier } = reference;
  const record = store.find(reference);
  if (qualifier !== undefined) {
    if (qualifier === '$LATEST') {
      throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    }
    deleteVersion(deps, name, qualifier);
    return { StatusCode: 204 };
  }
  const versions = store.versions.list(`${name}:`);
  context.store.transaction(() => {
    store.functions.delete(name);
    for (const collection of [
      store.versions,
      store.aliases,
      store.policies,
      store.eventInvokes,
      store.urls,
    ]) {
      for (const key of collection.keys(`${name}:`)) collection.delete(key);
    }
  });
  for (const { revisionId } of [record.latest, ...versions]) pool.retire(revisionId);
  return { StatusCode: 204 };
};
