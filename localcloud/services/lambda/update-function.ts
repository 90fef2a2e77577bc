import type {
  FunctionConfiguration,
  UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import type { Call } from '../../service.ts';
import type { LambdaDeps } from './deps.ts';
import { describeFunction } from './describe-function.ts';
import { revisionMismatch } from './errors.ts';
import { takeCode } from './function-code.ts';
import { parseFunctionReference } from './names.ts';
import type { FunctionRecord, Revision } from './model.ts';
import { changeSettings } from './settings.ts';
import { publish } from './versions.ts';

const checkRevision = (record: FunctionRecord, expected: string | undefined): void => {
  if (expected !== undefined && expected !== record.latest.revisionId) throw revisionMismatch();
};

const replaceLatest = (
  { context, store, pool }: LambdaDeps,
  name: string,
  change: Partial<Pick<Revision, 'settings' | 'code'>>,
): FunctionRecord => {
  const record = store.find({ name });
  const latest: Revision = {
    ...record.latest,
    ...change,
    revisionId: context.random.uuid(),
    lastModified: context.clock.now(),
  };
  const changed = { ...record, latest };
  store.functions.put(name, changed);
  pool.retire(record.latest.revisionId);
  return changed;
};

/** Gives a function other code; invocations that run finish with the old. */
export const updateFunctionCode = async (
  deps: LambdaDeps,
  input: UpdateFunctionCodeCommandInput,
  call: Call,
): Promise<FunctionConfiguration> => {
  const reference = parseFunctionReference(input.FunctionName);
  checkRevision(deps.store.find(reference), input.RevisionId);
  const code = await takeCode(deps, input, call);
  const { name } = reference;
  if (input.DryRun === true) {
    return describeFunction(deps.context, name, '$LATEST', { ...deps.store.find(reference).latest, code });
  }
  const record = replaceLatest(deps, name, { code });
  if (input.Publish === true) return publish(deps, record);
  return describeFunction(deps.context, name, '$LATEST', record.latest);
};

/** Changes a function's configuration. */
export const updateFunctionConfiguration = (
  deps: LambdaDeps,
  input: UpdateFunctionConfigurationCommandInput,
): FunctionConfiguration => {
  const reference = parseFunctionReference(input.FunctionName);
  const record = deps.store.find(reference);
  checkRevision(record, input.RevisionId);
  const changed = replaceLatest(deps, reference.name, {
    settings: changeSettings(record.latest.settings, input),
  });
  return describeFunction(deps.context, reference.name, '$LATEST', changed.latest);
};
