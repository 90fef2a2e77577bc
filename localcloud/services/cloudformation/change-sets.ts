import type {
  CreateChangeSetCommandInput,
  DeleteChangeSetCommandInput,
  DescribeChangeSetCommandInput,
  DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommandInput,
  ListChangeSetsCommandInput,
  ListChangeSetsCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { isDeepStrictEqual } from 'node:util';
import type { CloudFormationDeps } from './deps.ts';
import { stackTemplate } from './engine/stack-template.ts';
import { changeSetNotFound, invalidChangeSetStatus, stackNotFound, validationError } from './errors.ts';
import type { ChangeSetRecord, ResourceChange, StackContent, StackRecord } from './model.ts';
import { readContent } from './stack-content.ts';
import { beginUpdate, checkUpdatable, newStack, sameContent, type StackDeps } from './stacks.ts';

const changesOf = (
  deps: CloudFormationDeps,
  stack: StackRecord,
  content: Omit<StackContent, 'outputs'>,
): ResourceChange[] => {
  const after = stackTemplate(deps, { ...stack, ...content }).template.Resources;
  const before = stack.status === 'REVIEW_IN_PROGRESS' ? {} : stackTemplate(deps, stack).template.Resources;
  const existing = new Map(deps.store.resources(stack.stackId).map((record) => [record.logicalId, record]));
  const physical = (logicalId: string): { physicalId?: string } => {
    const physicalId = existing.get(logicalId)?.current?.physicalId;
    return physicalId === undefined ? {} : { physicalId };
  };
  const kept = Object.entries(after).flatMap(([logicalId, resource]): ResourceChange[] => {
    const old = before[logicalId];
    if (old === undefined) return [{ action: 'Add', logicalId, type: resource.Type }];
    if (isDeepStrictEqual(old, resource)) return [];
    const replacing = deps.types.get(resource.Type)?.replacing ?? [];
    const replaced = replacing.some(
      (name) => !isDeepStrictEqual(old.Properties?.[name], resource.Properties?.[name]),
    );
    const replacement = replaced ? 'True' : 'False';
    return [{ action: 'Modify', logicalId, type: resource.Type, replacement, ...physical(logicalId) }];
  });
  const removed = Object.entries(before)
    .filter(([logicalId]) => after[logicalId] === undefined)
    .map(([logicalId, { Type }]): ResourceChange => ({
      action: 'Remove',
      logicalId,
      type: Type,
      ...physical(logicalId),
    }));
  return [...kept, ...removed];
};

const stackFor = (deps: StackDeps, input: CreateChangeSetCommandInput): StackRecord => {
  const { store } = deps;
  const name = input.StackName ?? '';
  const existing = name.startsWith('arn:') ? store.stacks.get(name) : store.byName(name);
  if (input.ChangeSetType !== 'CREATE') {
    if (existing === undefined) throw stackNotFound(name);
    checkUpdatable(existing);
    return existing;
  }
  if (existing !== undefined && existing.status !== 'REVIEW_IN_PROGRESS') {
    throw validationError(
      `Stack [${name}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
    );
  }
  return (
    existing ?? {
      ...newStack(deps, name),
      templateBody: '{"Resources":{"None":{"Type":"None"}}}',
      parameters: [],
      tags: {},
      capabilities: [],
      outputs: [],
      status: 'REVIEW_IN_PROGRESS',
      onFailure: 'ROLLBACK',
      terminationProtection: false,
      ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
    }
  );
};

const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** Prepares an update, or a new stack, to be looked at and executed. */
export const createChangeSet = async (
  deps: StackDeps,
  input: CreateChangeSetCommandInput,
): Promise<{ Id: string; StackId: string }> => {
  const { context, store } = deps;
  const stack = stackFor(deps, input);
  const isNew = stack.status === 'REVIEW_IN_PROGRESS';
  const content = await readContent(deps, stack, input, isNew ? undefined : stack);
  if (isNew && store.stacks.get(stack.stackId) === undefined) {
    store.setStatus(stack, 'REVIEW_IN_PROGRESS', 'User Initiated');
  }
  const same = !isNew && sameContent(stack, content);
  const name = input.ChangeSetName ?? '';
  const key = `${stack.stackId}|${name}`;
  if (store.changeSets.get(key) !== undefined) throw validationError(`ChangeSet ${name} already exists`);
  const record: ChangeSetRecord = {
    changeSetId: `arn:aws:cloudformation:${context.region}:${context.accountId}:changeSet/${name}/${context.random.uuid()}`,
    name,
    stackId: stack.stackId,
    kind: isNew ? 'CREATE' : 'UPDATE',
    status: same ? 'FAILED' : 'CREATE_COMPLETE',
    ...(same ? { statusReason: noChanges } : {}),
    executionStatus: same ? 'UNAVAILABLE' : 'AVAILABLE',
    ...(input.Description === undefined ? {} : { description: input.Description }),
    content,
    changes: changesOf(deps, stack, content),
    created: context.clock.now(),
  };
  store.changeSets.put(key, record);
  return { Id: record.changeSetId, StackId: stack.stackId };
};

const find = (
  { store }: CloudFormationDeps,
  input: { readonly ChangeSetName?: string | undefined; readonly StackName?: string | undefined },
): ChangeSetRecord => {
  const name = input.ChangeSetName ?? '';
  const record = name.startsWith('arn:')
    ? store.changeSets.list().find(({ changeSetId }) => changeSetId === name)
    : store.changeSets.get(`${store.find(input.StackName).stackId}|${name}`);
  if (record === undefined) throw changeSetNotFound(name);
  return record;
};

/** A change set and what it would do. */
export const describeChangeSet = (
  deps: CloudFormationDeps,
  input: DescribeChangeSetCommandInput,
): Omit<DescribeChangeSetCommandOutput, '$metadata'> => {
  const record = find(deps, input);
  const stack = deps.store.find(record.stackId);
  return {
    ChangeSetName: record.name,
    ChangeSetId: record.changeSetId,
    StackId: stack.stackId,
    StackName: stack.name,
    ...(record.description === undefined ? {} : { Description: record.description }),
    Parameters: record.content.parameters.map(({ key, value }) => ({
      ParameterKey: key,
      ParameterValue: value,
    })),
    CreationTime: new Date(record.created),
    ExecutionStatus: record.executionStatus,
    Status: record.status,
    ...(record.statusReason === undefined ? {} : { StatusReason: record.statusReason }),
    Changes: record.changes.map((change) => ({
      Type: 'Resource',
      ResourceChange: {
        Action: change.action,
        LogicalResourceId: change.logicalId,
        ResourceType: change.type,
        ...(change.physicalId === undefined ? {} : { PhysicalResourceId: change.physicalId }),
        ...(change.replacement === undefined ? {} : { Replacement: change.replacement }),
      },
    })),
  };
};

/** Carries a change set out. */
export const executeChangeSet = (
  deps: StackDeps,
  input: ExecuteChangeSetCommandInput,
): Record<string, never> => {
  const record = find(deps, input);
  if (record.executionStatus !== 'AVAILABLE') {
    throw invalidChangeSetStatus(
      `ChangeSet [${record.changeSetId}] cannot be executed in its current status of [${record.status}]`,
    );
  }
  const stack = deps.store.find(record.stackId);
  if (record.kind === 'UPDATE') checkUpdatable(stack);
  deps.store.changeSets.put(`${stack.stackId}|${record.name}`, {
    ...record,
    executionStatus: 'EXECUTE_COMPLETE',
  });
  if (record.kind === 'UPDATE') {
    beginUpdate(deps, stack, record.content);
    return {};
  }
  const onFailure = input.DisableRollback === true ? 'DO_NOTHING' : 'ROLLBACK';
  deps.store.setStatus({ ...stack, ...record.content, onFailure }, 'CREATE_IN_PROGRESS', 'User Initiated');
  deps.operations.run(stack.stackId);
  return {};
};

/** Drops a change set. */
export const deleteChangeSet = (
  deps: CloudFormationDeps,
  input: DeleteChangeSetCommandInput,
): Record<string, never> => {
  const record = find(deps, input);
  deps.store.changeSets.delete(`${record.stackId}|${record.name}`);
  return {};
};

/** The change sets of a stack. */
export const listChangeSets = (
  { store }: CloudFormationDeps,
  input: ListChangeSetsCommandInput,
): Omit<ListChangeSetsCommandOutput, '$metadata'> => {
  const { stackId, name } = store.find(input.StackName);
  return {
    Summaries: store.changeSets.list(`${stackId}|`).map((record) => ({
      StackId: stackId,
      StackName: name,
      ChangeSetId: record.changeSetId,
      ChangeSetName: record.name,
      ExecutionStatus: record.executionStatus,
      Status: record.status,
      ...(record.statusReason === undefined ? {} : { StatusReason: record.statusReason }),
      CreationTime: new Date(record.created),
    })),
  };
};
