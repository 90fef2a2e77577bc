import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  InstanceStatusSummary,
} from '@aws-sdk/client-ec2';
import type { Ec2Deps } from './deps.ts';
import { findInstances, instanceFilterFields } from './describe-instances.ts';
import { applyFilters } from './filters.ts';
import { STATE_CODES } from './instance-state.ts';
import { pageOf } from './page.ts';
import { tagsOf } from './tags.ts';

/** Describes the checks of instances, of running ones unless told otherwise; `ok` once the guest has its address. */
export const describeInstanceStatus = (
  input: DescribeInstanceStatusRequest,
  deps: Ec2Deps,
): DescribeInstanceStatusResult => {
  const candidates =
    input.InstanceIds === undefined ? deps.instances.list() : findInstances(deps, input.InstanceIds);
  const records = applyFilters(
    candidates.filter(({ state }) => input.IncludeAllInstances === true || state === 'running'),
    input.Filters,
    instanceFilterFields(deps),
    ({ instanceId }) => tagsOf(deps, instanceId),
  );
  const { page, nextToken } = pageOf(records, ({ instanceId }) => instanceId, input);
  return {
    InstanceStatuses: page.map(({ instanceId, state, zone }) => {
      const passed = deps.machines.isOnNetwork(instanceId);
      const checks: InstanceStatusSummary =
        state === 'running'
          ? {
              Status: passed ? 'ok' : 'initializing',
              Details: [{ Name: 'reachability', Status: passed ? 'passed' : 'initializing' }],
            }
          : { Status: 'not-applicable' };
      return {
        InstanceId: instanceId,
        AvailabilityZone: zone,
        InstanceState: { Code: STATE_CODES[state], Name: state },
        InstanceStatus: checks,
        SystemStatus: checks,
      };
    }),
    NextToken: nextToken,
  };
};
