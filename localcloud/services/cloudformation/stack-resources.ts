import type {
  DescribeStackResourceCommandInput,
  DescribeStackResourceCommandOutput,
  DescribeStackResourcesCommandInput,
  DescribeStackResourcesCommandOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesCommandOutput,
  StackResource,
  StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { CloudFormationDeps } from './deps.ts';
import { validationError } from './errors.ts';
import type { ResourceRecord, StackRecord } from './model.ts';

const physicalIdOf = ({ current, startedId, previous }: ResourceRecord): string | undefined =>
  current?.physicalId ?? startedId ?? previous?.physicalId;

const summary = (record: ResourceRecord): StackResourceSummary => {
  const physicalId = physicalIdOf(record);
  return {
    LogicalResourceId: record.logicalId,
    ...(physicalId === undefined ? {} : { PhysicalResourceId: physicalId }),
    ResourceType: record.type,
    LastUpdatedTimestamp: new Date(record.timestamp),
    ResourceStatus: record.status,
    ...(record.statusReason === undefined ? {} : { ResourceStatusReason: record.statusReason }),
  };
};

const describe = (stack: StackRecord, record: ResourceRecord): StackResource => {
  const { LastUpdatedTimestamp, ...rest } = summary(record);
  return {
    ...rest,
    StackId: stack.stackId,
    StackName: stack.name,
    Timestamp: LastUpdatedTimestamp,
    LogicalResourceId: record.logicalId,
    ResourceType: record.type,
    ResourceStatus: record.status,
  };
};

/** The resources of a stack, or of the stack that has a physical id. */
export const describeStackResources = (
  { store }: CloudFormationDeps,
  input: DescribeStackResourcesCommandInput,
): Omit<DescribeStackResourcesCommandOutput, '$metadata'> => {
  const { StackName, PhysicalResourceId, LogicalResourceId } = input;
  if (StackName === undefined && PhysicalResourceId === undefined) {
    throw validationError('Either StackName or PhysicalResourceId must be specified.');
  }
  const owns = (stack: StackRecord): boolean =>
    stack.status !== 'DELETE_COMPLETE' &&
    store.resources(stack.stackId).some((record) => physicalIdOf(record) === PhysicalResourceId);
  const stack = StackName === undefined ? store.stacks.list().find(owns) : store.find(StackName);
  if (stack === undefined) throw validationError(`Stack for ${PhysicalResourceId} does not exist`);
  return {
    StackResources: store
      .resources(stack.stackId)
      .filter(({ logicalId }) => LogicalResourceId === undefined || logicalId === LogicalResourceId)
      .map((record) => describe(stack, record)),
  };
};

/** One resource of a stack. */
export const describeStackResource = (
  { store }: CloudFormationDeps,
  input: DescribeStackResourceCommandInput,
): Omit<DescribeStackResourceCommandOutput, '$metadata'> => {
  const stack = store.find(input.StackName);
  const record = store.resource(stack.stackId, input.LogicalResourceId ?? '');
  if (record === undefined) {
    throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
  }
  return {
    StackResourceDetail: {
      ...summary(record),
      StackId: stack.stackId,
      StackName: stack.name,
      LogicalResourceId: record.logicalId,
      ResourceType: record.type,
      LastUpdatedTimestamp: new Date(record.timestamp),
      ResourceStatus: record.status,
    },
  };
};

/** The resources of a stack, in short. */
export const listStackResources = (
  { store }: CloudFormationDeps,
  input: ListStackResourcesCommandInput,
): Omit<ListStackResourcesCommandOutput, '$metadata'> => ({
  StackResourceSummaries: store.resources(store.find(input.StackName).stackId).map(summary),
});
