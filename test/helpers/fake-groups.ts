import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  DetachLoadBalancerTargetGroupsCommand,
  SetDesiredCapacityCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { autoScalingError } from './service-error.ts';

/**
 * Auto Scaling groups, as far as the pipeline's calls change them, in the place of every Auto Scaling client. A deleted
 * group is described once more as `Delete in progress`. `changes` may be shared with other fakes to see the order.
 */
export const fakeGroups = (changes: string[] = []) => {
  const mock = mockClient(AutoScalingClient);
  const groups = new Map<string, AutoScalingGroup>();
  const find = (name = ''): AutoScalingGroup => {
    const group = groups.get(name);
    if (group === undefined) throw autoScalingError('ValidationError');
    return group;
  };
  mock
    .on(DescribeAutoScalingGroupsCommand)
    .callsFake(({ AutoScalingGroupNames = [] }: DescribeAutoScalingGroupsCommand['input']) => {
      const found = AutoScalingGroupNames.map((name) => groups.get(name)).filter(
        (group) => group !== undefined,
      );
      for (const { Status, AutoScalingGroupName = '' } of found)
        if (Status !== undefined) groups.delete(AutoScalingGroupName);
      return { AutoScalingGroups: found };
    });
  mock.on(CreateAutoScalingGroupCommand).callsFake((input: CreateAutoScalingGroupCommand['input']) => {
    const name = input.AutoScalingGroupName ?? '';
    if (groups.has(name)) throw autoScalingError('AlreadyExistsFault');
    groups.set(name, input as unknown as AutoScalingGroup);
    changes.push(`CreateGroup ${input.DesiredCapacity}`);
    return {};
  });
  mock
    .on(DetachLoadBalancerTargetGroupsCommand)
    .callsFake(({ AutoScalingGroupName }: DetachLoadBalancerTargetGroupsCommand['input']) => {
      find(AutoScalingGroupName).TargetGroupARNs = [];
      changes.push('DetachGroup');
      return {};
    });
  mock
    .on(DeleteAutoScalingGroupCommand)
    .callsFake(({ AutoScalingGroupName }: DeleteAutoScalingGroupCommand['input']) => {
      find(AutoScalingGroupName).Status = 'Delete in progress';
      changes.push('DeleteGroup');
      return {};
    });
  mock.on(UpdateAutoScalingGroupCommand).callsFake((input: UpdateAutoScalingGroupCommand['input']) => {
    const { AutoScalingGroupName, DesiredCapacity } = input;
    find(AutoScalingGroupName).DesiredCapacity = DesiredCapacity ?? 0;
    changes.push(`Resize ${DesiredCapacity}`);
    return {};
  });
  mock
    .on(SetDesiredCapacityCommand)
    .callsFake(({ AutoScalingGroupName, DesiredCapacity }: SetDesiredCapacityCommand['input']) => {
      find(AutoScalingGroupName).DesiredCapacity = DesiredCapacity ?? 0;
      changes.push(`Resize ${DesiredCapacity}`);
      return {};
    });
  mock.on(DescribeScalingActivitiesCommand).resolves({ Activities: [] });
  return { client: new AutoScalingClient({ region: 'r' }), mock, groups, changes };
};
