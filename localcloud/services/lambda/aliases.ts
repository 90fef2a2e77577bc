import type {
  AliasConfiguration,
  CreateAliasCommandInput,
  DeleteAliasCommandInput,
  GetAliasCommandInput,
  ListAliasesCommandInput,
  UpdateAliasCommandInput,
} from '@aws-sdk/client-lambda';
import type { LambdaDeps } from './deps.ts';
import { invalidParameter, resourceConflict, resourceNotFound } from './errors.ts';
import { functionArn, parseFunctionReference } from './names.ts';
import type { AliasRecord } from './model.ts';

const describe = ({ context }: LambdaDeps, record: AliasRecord): AliasConfiguration => ({
  AliasArn: functionArn(context, { name: record.name, qualifier: record.alias }),
  Name: record.alias,
  FunctionVersion: record.version,
  Description: record.description,
  RevisionId: record.revisionId,
});

const save = (deps: LambdaDeps, record: Omit<AliasRecord, 'revisionId'>): AliasConfiguration => {
  const { name, alias, version } = record;
  // Throws AWS's error when the version is not there.
  deps.store.target({ name, qualifier: version });
  const saved = { ...record, revisionId: deps.context.random.uuid() };
  deps.store.aliases.put(`${name}:${alias}`, saved);
  return describe(deps, saved);
};

const refuseRouting = (input: { RoutingConfig?: object | undefined }): void => {
  if (input.RoutingConfig !== undefined)
    throw invalidParameter('the local cloud does not support RoutingConfig');
};

const find = (deps: LambdaDeps, functionName: string | undefined, alias: string | undefined): AliasRecord => {
  const { name } = parseFunctionReference(functionName);
  const record = deps.store.aliases.get(`${name}:${alias}`);
  if (record === undefined) {
    const arn = functionArn(deps.context, { name, ...(alias === undefined ? {} : { qualifier: alias }) });
    throw resourceNotFound(`Cannot find alias arn: ${arn}`);
  }
  return record;
};

/** Names a version. */
export const createAlias = (deps: LambdaDeps, input: CreateAliasCommandInput): AliasConfiguration => {
  refuseRouting(input);
  const { name } = deps.store.find(parseFunctionReference(input.FunctionName));
  const alias = input.Name ?? '';
  if (!/^(?!\d+$)[a-zA-Z0-9-_]{1,128}$/.test(alias)) throw invalidParameter(`Invalid alias name: '${alias}'`);
  if (deps.store.aliases.get(`${name}:${alias}`) !== undefined) {
    throw resourceConflict(`Alias already exists: ${functionArn(deps.context, { name, qualifier: alias })}`);
  }
  return save(deps, {
    name,
    alias,
    version: input.FunctionVersion ?? '',
    description: input.Description ?? '',
  });
};

/** Moves an alias to another version. */
export const updateAlias = (deps: LambdaDeps, input: UpdateAliasCommandInput): AliasConfiguration => {
  refuseRouting(input);
  const record = find(deps, input.FunctionName, input.Name);
  return save(deps, {
    ...record,
    version: input.FunctionVersion ?? record.version,
    description: input.Description ?? record.description,
  });
};

/** One alias. */
export const getAlias = (deps: LambdaDeps, input: GetAliasCommandInput): AliasConfiguration =>
  describe(deps, find(deps, input.FunctionName, input.Name));

/** The aliases of a function. */
export const listAliases = (
  deps: LambdaDeps,
  input: ListAliasesCommandInput,
): { Aliases: AliasConfiguration[] } => {
  const { name } = deps.store.find(parseFunctionReference(input.FunctionName));
  return {
    Aliases: deps.store.aliases
      .list(`${name}:`)
      .filter(({ version }) => input.FunctionVersion === undefined || version === input.FunctionVersion)
      .map((record) => describe(deps, record)),
  };
};

/** Deletes an alias; deleting one that is not there is no error. */
export const deleteAlias = (deps: LambdaDeps, input: DeleteAliasCommandInput): Record<string, never> => {
  const { name } = deps.store.find(parseFunctionReference(input.FunctionName));
  deps.store.aliases.delete(`${name}:${input.Name}`);
  return {};
};
