import type {
  FunctionConfiguration,
  ListVersionsByFunctionCommandInput,
  ListVersionsByFunctionCommandOutput,
  PublishVersionCommandInput,
} from '@aws-sdk/client-lambda';
import type { LambdaDeps } from './deps.ts';
import { describeFunction } from './describe-function.ts';
import { invalidParameter, revisionMismatch } from './errors.ts';
import { versionKey } from './function-store.ts';
import { parseFunctionReference } from './names.ts';
import type { FunctionRecord, VersionRecord } from './model.ts';

const sameContent = (record: FunctionRecord, version: VersionRecord | undefined): boolean =>
  version !== undefined &&
  version.code.sha256 === record.latest.code.sha256 &&
  JSON.stringify({ ...version.settings, description: '' }) ===
    JSON.stringify({ ...record.latest.settings, description: '' });

/** Freezes `$LATEST` as a version; the same content as the last version gives that version again, as on AWS. */
export const publish = (
  { context, store }: LambdaDeps,
  record: FunctionRecord,
  description?: string,
): FunctionConfiguration => {
  const { name, latest } = record;
  const last = store.versions.get(versionKey(name, String(record.lastVersion)));
  if (last !== undefined && sameContent(record, last)) {
    return describeFunction(context, name, last.version, last, last.version);
  }
  const version = String(record.lastVersion + 1);
  const published: VersionRecord = {
    name,
    version,
    code: latest.code,
    settings: { ...latest.settings, description: description ?? latest.settings.description },
    revisionId: context.random.uuid(),
    lastModified: context.clock.now(),
  };
  context.store.transaction(() => {
    store.versions.put(versionKey(name, version), published);
    store.functions.put(name, { ...record, lastVersion: record.lastVersion + 1 });
  });
  return describeFunction(context, name, version, published, version);
};

/** Publishes a version. */
export const publishVersion = (
  deps: LambdaDeps,
  input: PublishVersionCommandInput,
): FunctionConfiguration => {
  const record = deps.store.find(parseFunctionReference(input.FunctionName));
  if (input.RevisionId !== undefined && input.RevisionId !== record.latest.revisionId)
    throw revisionMismatch();
  const sha256 = Buffer.from(record.latest.code.sha256, 'hex').toString('base64');
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== sha256) {
    throw invalidParameter(
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${sha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  return publish(deps, record, input.Description);
};

/** Lists `$LATEST` and the published versions, oldest first. */
export const listVersionsByFunction = (
  { context, store }: LambdaDeps,
  input: ListVersionsByFunctionCommandInput,
): Omit<ListVersionsByFunctionCommandOutput, '$metadata'> => {
  const { name, latest } = store.find(parseFunctionReference(input.FunctionName));
  const published = store.versions.list(`${name}:`);
  return {
    Versions: [
      describeFunction(context, name, '$LATEST', latest, '$LATEST'),
      ...published.map((record) => describeFunction(context, name, record.version, record, record.version)),
    ],
  };
};
