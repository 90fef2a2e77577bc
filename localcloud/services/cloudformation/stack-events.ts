import type {
  DescribeStackEventsCommandInput,
  DescribeStackEventsCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { CloudFormationDeps } from './deps.ts';
import { validationError } from './errors.ts';

const pageSize = 100;

/** A stack's events, newest first, 100 a page. */
export const describeStackEvents = (
  { store }: CloudFormationDeps,
  input: DescribeStackEventsCommandInput,
): Omit<DescribeStackEventsCommandOutput, '$metadata'> => {
  const stack = store.find(input.StackName);
  const events = store.events(stack.stackId);
  const start = Number(input.NextToken ?? 0);
  if (!Number.isSafeInteger(start)) throw validationError(`Invalid NextToken '${input.NextToken}'`);
  const end = start + pageSize;
  return {
    StackEvents: events.slice(start, end).map((event) => ({
      StackId: stack.stackId,
      EventId: event.eventId,
      StackName: stack.name,
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId,
      ResourceType: event.type,
      Timestamp: new Date(event.timestamp),
      // The SDK's type lists resource statuses only; events of the stack itself carry the stack's.
      ResourceStatus: event.status as NonNullable<
        NonNullable<DescribeStackEventsCommandOutput['StackEvents']>[number]['ResourceStatus']
      >,
      ...(event.reason === undefined ? {} : { ResourceStatusReason: event.reason }),
      ...(event.properties === undefined ? {} : { ResourceProperties: event.properties }),
    })),
    ...(end < events.length ? { NextToken: String(end) } : {}),
  };
};
