import type {
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
  ListExportsCommandOutput,
  ListStacksCommandInput,
  ListStacksCommandOutput,
  Stack,
} from '@aws-sdk/client-cloudformation';
import type { CloudFormationDeps } from './deps.ts';
import type { StackRecord } from './model.ts';
import { isHidden } from './template/parameters.ts';
import { parseTemplate } from './template/parse-template.ts';

const describe = (stack: StackRecord): Stack => {
  const template = parseTemplate(stack.templateBody);
  return {
    StackId: stack.stackId,
    StackName: stack.name,
    ...(template.Description === undefined ? {} : { Description: template.Description }),
    Parameters: stack.parameters.map(({ key, value, resolved }) => ({
      ParameterKey: key,
      ParameterValue: isHidden(template.Parameters[key]) ? '****' : value,
      ...(resolved === undefined ? {} : { ResolvedValue: resolved }),
    })),
    CreationTime: new Date(stack.created),
    ...(stack.updated === undefined ? {} : { LastUpdatedTime: new Date(stack.updated) }),
    ...(stack.deleted === undefined ? {} : { DeletionTime: new Date(stack.deleted) }),
    StackStatus: stack.status,
    ...(stack.statusReason === undefined ? {} : { StackStatusReason: stack.statusReason }),
    DisableRollback: stack.onFailure === 'DO_NOTHING',
    Capabilities: [...stack.capabilities] as NonNullable<Stack['Capabilities']>,
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      ...(description === undefined ? {} : { Description: description }),
      ...(exportName === undefined ? {} : { ExportName: exportName }),
    })),
    ...(stack.roleArn === undefined ? {} : { RoleARN: stack.roleArn }),
    Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
};

/** One stack, or all that are not deleted. */
export const describeStacks = (
  { store }: CloudFormationDeps,
  input: DescribeStacksCommandInput,
): Omit<DescribeStacksCommandOutput, '$metadata'> => {
  const stacks =
    input.StackName === undefined
      ? store.stacks.list().filter(({ status }) => status !== 'DELETE_COMPLETE')
      : [store.find(input.StackName)];
  return { Stacks: stacks.map(describe) };
};

/** All stacks, deleted ones too, newest first. */
export const listStacks = (
  { store }: CloudFormationDeps,
  input: ListStacksCommandInput,
): Omit<ListStacksCommandOutput, '$metadata'> => {
  const wanted: readonly string[] = input.StackStatusFilter ?? [];
  const stacks = store.stacks.list().filter(({ status }) => wanted.length === 0 || wanted.includes(status));
  return {
    StackSummaries: stacks
      .toSorted((a, b) => b.created - a.created)
      .map((stack) => ({
        StackId: stack.stackId,
        StackName: stack.name,
        CreationTime: new Date(stack.created),
        ...(stack.updated === undefined ? {} : { LastUpdatedTime: new Date(stack.updated) }),
        ...(stack.deleted === undefined ? {} : { DeletionTime: new Date(stack.deleted) }),
        StackStatus: stack.status,
        ...(stack.statusReason === undefined ? {} : { StackStatusReason: stack.statusReason }),
        DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
      })),
  };
};

/** What stacks export to each other. */
export const listExports = ({ store }: CloudFormationDeps): Omit<ListExportsCommandOutput, '$metadata'> => ({
  Exports: store.stacks
    .list()
    .filter(({ status }) => status !== 'DELETE_COMPLETE')
    .flatMap(({ stackId, outputs }) =>
      outputs.flatMap(({ exportName, value }) =>
        exportName === undefined ? [] : [{ ExportingStackId: stackId, Name: exportName, Value: value }],
      ),
    ),
});
