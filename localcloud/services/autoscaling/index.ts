import * as AutoScaling from '@aws-sdk/client-auto-scaling';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService } from '../../service.ts';
import type { Service } from '../../service.ts';
import { describeScalingActivities } from './activities.ts';
import {
  attachLoadBalancerTargetGroups,
  describeLoadBalancerTargetGroups,
  detachLoadBalancerTargetGroups,
} from './attached-target-groups.ts';
import {
  createAutoScalingGroup,
  deleteAutoScalingGroup,
  describeAutoScalingGroups,
  setDesiredCapacity,
  updateAutoScalingGroup,
} from './groups.ts';
import {
  describeAutoScalingInstances,
  setInstanceHealth,
  setInstanceProtection,
  terminateInstanceInAutoScalingGroup,
} from './instances.ts';
import { launchInstances } from './launch-instances.ts';
import { resumeProcesses, suspendProcesses } from './processes.ts';
import { createReconciler } from './reconciler.ts';
import { openAutoScalingRecords } from './records.ts';
import { resources } from './resources.ts';
import type { AutoScalingOptions, AutoScalingScope } from './scope.ts';
import { enterStandby, exitStandby } from './standby.ts';
import { createOrUpdateTags, deleteTags, describeTags } from './tags.ts';

/** EC2 Auto Scaling: groups that keep their desired capacity with the instances of the local EC2. */
export const createAutoScaling = (
  context: CloudContext,
  options: AutoScalingOptions = { launchRaisesDesired: () => true },
): Service => {
  const records = openAutoScalingRecords(context.store);
  const scope: AutoScalingScope = {
    context,
    options,
    records,
    launching: new Set(),
    kick: (group) => reconciler.kick(group),
  };
  const reconciler = createReconciler(scope);
  return defineService(AutoScaling, {
    name: 'autoscaling',
    signingName: 'autoscaling',
    protocol: 'query',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    version: '2011-01-01',
  })(
    {
      AttachLoadBalancerTargetGroups: (input) => attachLoadBalancerTargetGroups(scope, input),
      CreateAutoScalingGroup: (input) => createAutoScalingGroup(scope, input),
      CreateOrUpdateTags: (input) => createOrUpdateTags(scope, input),
      DeleteAutoScalingGroup: (input) => deleteAutoScalingGroup(scope, input),
      DeleteTags: (input) => deleteTags(scope, input),
      DescribeAutoScalingGroups: (input) => describeAutoScalingGroups(scope, input),
      DescribeAutoScalingInstances: (input) => describeAutoScalingInstances(scope, input),
      DescribeLoadBalancerTargetGroups: (input) => describeLoadBalancerTargetGroups(scope, input),
      DescribeScalingActivities: (input) => describeScalingActivities(scope, input),
      DescribeTags: (input) => describeTags(scope, input),
      DetachLoadBalancerTargetGroups: (input) => detachLoadBalancerTargetGroups(scope, input),
      EnterStandby: (input) => enterStandby(scope, input),
      ExitStandby: (input) => exitStandby(scope, input),
      LaunchInstances: (input) => launchInstances(scope, input),
      ResumeProcesses: (input) => resumeProcesses(scope, input),
      SetDesiredCapacity: (input) => setDesiredCapacity(scope, input),
      SetInstanceHealth: (input) => setInstanceHealth(scope, input),
      SetInstanceProtection: (input) => setInstanceProtection(scope, input),
      SuspendProcesses: (input) => suspendProcesses(scope, input),
      TerminateInstanceInAutoScalingGroup: (input) => terminateInstanceInAutoScalingGroup(scope, input),
      UpdateAutoScalingGroup: (input) => updateAutoScalingGroup(scope, input),
    },
    {
      resources: resources(context, records),
      lifecycle: { start: () => reconciler.start(), stop: () => reconciler.stop() },
    },
  );
};
