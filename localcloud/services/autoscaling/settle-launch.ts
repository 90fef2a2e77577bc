import type { Instance } from '@aws-sdk/client-ec2';
import type { InstanceRecord } from './records.ts';
import type { AutoScalingScope } from './scope.ts';

type Failure = { readonly code: string; readonly message: string };

/** The desired capacity takes in one more instance; a group that is being deleted keeps its zero. */
const raiseDesired = ({ records }: AutoScalingScope, name: string): void => {
  const group = records.groups.get(name);
  if (group === undefined || group.deleting === true) return;
  records.changeGroup(name, { desired: Math.min(group.maxSize, group.desired + 1) });
};

/**
 * Notes in its LaunchInstances request what came of an instance. One that was launched raises the desired capacity; one
 * that failed raises it only with the strategy `retry-with-group-configuration`. Answers whether the group is to see to a
 * failed one itself: always, when no request asked for it.
 */
export const settleLaunch = (
  scope: AutoScalingScope,
  instance: InstanceRecord,
  outcome: Instance | Failure,
): boolean => {
  const { records, options } = scope;
  const request = instance.request === undefined ? undefined : records.requests.get(instance.request);
  if ('code' in outcome) {
    if (request === undefined) return instance.request === undefined;
    const { code, message } = outcome;
    records.requests.put(request.token, { ...request, failed: [...request.failed, { code, message }] });
    if (request.retries) raiseDesired(scope, instance.group);
    return request.retries;
  }
  if (request === undefined) return false;
  const { InstanceId: id = '', InstanceType: type = '' } = outcome;
  records.requests.put(request.token, { ...request, launched: [...request.launched, { id, type }] });
  if (options.launchRaisesDesired(instance.group)) raiseDesired(scope, instance.group);
  else records.changeInstance(instance, { uncounted: true });
  return false;
};
